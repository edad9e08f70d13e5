//! What flows where in a whole project: columns of files and tables, through queries, into dashboards, Genie spaces,
//! grants, filters, masks, alerts and jobs.
//!
//! Owns the graph and the questions that are asked of it. Must not know templates, HTTP, or how answers are shown.
