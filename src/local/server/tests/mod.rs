//! The server from outside, over loopback. Expected shapes are those of the public API pages named at each test.

mod alerts;
mod core;
mod dashboards;
mod files;
mod genie;
mod jobs;
mod permissions;
mod pipelines;
mod statements;
mod support;
mod tasks;
mod unity;
mod warehouses;
mod workspace;
