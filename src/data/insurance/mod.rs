//! The data of the insurance solution, the Member Experience Command Center.
//!
//! Owns the planted story: how many members fail online and call, who they are, who calls again, and how they feel.
//! Every planned figure is a quota that holds at any scale from 1, for any seed and any last day; the seed decides
//! only who, when and which words, and by how much ordinary days differ.
//!
//! How the pieces fit: `quotas` fixes numbers per day (`rhythm` how days differ), `walk` finds members so that a call is a repeat exactly
//! when planned, `plan` combines both into the calls of a day, `details` says what each call is like, and the writers
//! turn plan and population into rows.
//! Calls, digital events and surveys each walk the same plan again, so that no file needs another in memory.
//!
//! Figures the SQL may rely on:
//! - net promoter score (percent 9–10 less percent 0–6) of the surveys of the last 30 days, of all kinds together and
//!   of `post_call` alone: −55 for members with an avoidable billing leak in those 30 days, +35 for the others; a
//!   tenth fewer leaks lift the affected by a tenth of the gap of 90, 9 points;
//! - everything in [`stats`].

mod calls;
mod claims;
mod codes;
mod details;
mod digital;
mod dirt;
mod enrollment;
mod feedback;
mod generate;
mod library;
mod members;
mod moods;
mod names;
mod pharmacy;
mod plan;
mod population;
mod quotas;
mod reference;
mod rhythm;
mod scores;
mod statistics;
mod surveys;
mod topic;
mod transcripts;
mod volumes;
mod walk;
mod world;

#[cfg(test)]
mod tests;

pub use generate::{FileRows, generate, next_day};
pub use statistics::{DailyQuota, SourceCount, Statistics, StoryQuota, stats};
pub use world::GenerateOptions;
