//! Writes the reference data.

use super::super::quota::{apportion, scaled, share};
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::generate::FileRows;
use super::library::{AFTER, AFTER_REPEAT_SHAPE, AFTER_REPEATS, AFTER_SHAPE, BILLING, INTERVENTIONS, LIBRARY, SENT};
use super::world::World;

const COMMUNICATION_COLUMNS: &str =
    "communication_id,sent_date,audience_segment,plan_type,channel,topic,title,body,is_aep";
const INTERVENTION_COLUMNS: &str = "intervention_id,action_id,issue,go_live_date,baseline_daily_calls,after_daily_calls,\
                             realised_reduction_pct,cx_lift,cost_usd,status";
const ACTION_COLUMNS: &str = "action_id,issue,lever,title,description,owner,effort_label,effort_days,time_to_impact_days,\
                       cx_impact_score,base_reduction_pct";
const SIMULATION_COLUMNS: &str = "day_offset,issue,calls,repeat_calls,is_simulated";

pub(crate) fn write(world: &World, sink: &mut dyn Sink, rows: &mut FileRows) -> Result<(), GenerateError> {
    rows.insert("benefit_communications", communications(world, sink)?);
    rows.insert("interventions", interventions(world, sink)?);
    rows.insert("action_library", action_library(sink)?);
    rows.insert("impact_simulation", impact_simulation(world, sink)?);
    Ok(())
}

fn table<'s>(sink: &'s mut dyn Sink, name: &str, header: &'static str) -> Result<Table<'s>, GenerateError> {
    Table::begin(sink, format!("reference/{name}/{name}"), header, 0)
}

fn communications(world: &World, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let mut table = table(sink, "benefit_communications", COMMUNICATION_COLUMNS)?;
    for (place, (day, audience, plan, channel, topic, title, body, aep)) in SENT.into_iter().enumerate() {
        table.id("COM", place as u64 + 1);
        table.plain(world.calendar.date(day));
        for value in [audience, plan, channel, topic, title, body] {
            table.text(value);
        }
        table.flag(aep);
        table.end_row()?;
    }
    table.finish()
}

fn interventions(world: &World, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let mut table = table(sink, "interventions", INTERVENTION_COLUMNS)?;
    for (place, done) in INTERVENTIONS.iter().enumerate() {
        table.id("INT", place as u64 + 1);
        table.word(done.action);
        table.word(done.issue.label());
        table.plain(world.calendar.date(done.go_live));
        table.int(done.calls.0);
        table.int(done.calls.1);
        table.hundredths(done.reduction);
        table.tenths(done.lift);
        table.int(done.dollars);
        table.word(if done.completed { "completed" } else { "simulated" });
        table.end_row()?;
    }
    table.finish()
}

fn action_library(sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let mut table = table(sink, "action_library", ACTION_COLUMNS)?;
    for action in &LIBRARY {
        for value in [action.id, action.issue.label(), action.lever, action.title, action.description, action.owner] {
            table.text(value);
        }
        let (label, days) = action.effort;
        table.word(label);
        table.int(days);
        table.int(action.days_to_impact);
        table.tenths(action.cx_impact);
        table.hundredths(action.reduction);
        table.end_row()?;
    }
    table.finish()
}

fn impact_simulation(world: &World, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let mut table = table(sink, "impact_simulation", SIMULATION_COLUMNS)?;
    let total = scaled(AFTER, world.scale);
    let calls = apportion(total, &AFTER_SHAPE);
    let repeats = apportion(share(total, AFTER_REPEATS), &AFTER_REPEAT_SHAPE);
    for (day, (calls, repeats)) in (1..).zip(calls.into_iter().zip(repeats)) {
        table.int(day);
        table.word(BILLING.label());
        table.int(calls as i64);
        table.int(repeats as i64);
        table.flag(true);
        table.end_row()?;
    }
    table.finish()
}
