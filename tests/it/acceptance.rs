//! Where the behaviours and the pain points of workspace-api.md are shown: each by tests that are named here, or with the
//! reason why it is not. Names are those of that page, all of them. Whoever renames a test keeps this list right, because it is
//! read against the sources.

use std::collections::BTreeMap;

use crate::support::repository;

enum Shown {
    By(&'static [&'static str]),
    /// Why not.
    Not(&'static str),
}
use Shown::{By, Not};

/// workspace-api.md §5: "25 behaviours to cover with own tests".
const BEHAVIOURS: &[(usize, &str, Shown)] = &[
    (1, "no_drift", By(&["laws::a_solution_is_deployed_exactly_as_planned_and_taken_away_whole"])),
    (2, "destroy_idempotent", By(&["behaviours::what_is_gone_already_is_destroyed_once_more"])),
    (3, "delete_idempotent", By(&["behaviours::what_somebody_deleted_before_is_forgotten"])),
    (
        4,
        "crash-after-create",
        By(&["resume::a_first_deployment_killed_at_any_request_is_completed_by_the_same_command"]),
    ),
    (5, "chain-3-jobs", By(&["behaviours::a_chain_that_was_cut_off_is_completed_where_it_ended"])),
    (6, "header-only-wal", By(&["behaviours::two_deaths_before_the_first_effect_leave_nothing_in_the_way"])),
    (7, "lineage-mismatch", By(&["corners::a_journal_of_another_state_is_no_dead_end_and_makes_nothing_twice"])),
    (7, "future-serial-wal", By(&["corners::a_journal_of_another_state_is_no_dead_end_and_makes_nothing_twice"])),
    (7, "stale-wal", By(&["corners::a_journal_of_another_state_is_no_dead_end_and_makes_nothing_twice"])),
    (7, "corrupted-wal-entry", By(&["state::a_damaged_journal_entry_is_set_aside_and_what_it_spoke_of_is_looked_up"])),
    (8, "serial-mismatch", By(&["behaviours::a_plan_that_others_have_overtaken_changes_nothing"])),
    (8, "lineage-mismatch", By(&["behaviours::a_plan_that_others_have_overtaken_changes_nothing"])),
    (8, "plan-version-mismatch", By(&["review::a_file_that_is_no_plan_to_be_applied_is_refused_for_what_it_is"])),
    (9, "grants-remove-principal", By(&["behaviours::a_saved_plan_revokes_what_it_says"])),
    (10, "force-lock-config", By(&["lock::a_lock_is_taken_by_force_and_by_force_only"])),
    (
        11,
        "force-lock-node-limit: destroy aborts",
        By(&["behaviours::a_folder_that_takes_no_more_files_is_named_with_the_way_out"]),
    ),
    (
        11,
        "force-lock-node-limit: passes with --force-lock",
        Not(
            "no run goes on without a lock and a journal, or two runs could meet and what a dead one did would be lost: \
             the message says how the folder gets room, and then the same command passes",
        ),
    ),
    (
        12,
        "lineage-mismatch-after-redeploy",
        By(&["behaviours::a_checkout_that_was_away_sees_what_others_have_deployed"]),
    ),
    (13, "local_state_staleness", By(&["behaviours::a_checkout_that_was_away_sees_what_others_have_deployed"])),
    (
        14,
        "prevent-destroy",
        By(&[
            "behaviours::what_is_protected_stays_also_when_its_declaration_is_gone",
            "corners::a_protected_schema_and_pipeline_are_neither_deleted_nor_made_anew",
        ]),
    ),
    (15, "create_error", By(&["behaviours::a_failure_holds_back_what_needs_it_and_nothing_else"])),
    (
        16,
        "loop_jobs, loop_self, non_existent_field, missing_map_key, bad_syntax",
        By(&[
            "corners::references_that_lead_nowhere_are_found_before_anything_is_asked",
            "broken::references_and_volumes_that_do_not_exist",
            "broken::a_cycle_of_datasets",
        ]),
    ),
    (
        17,
        "dashboards/detect-change",
        By(&["dashboards::an_edited_draft_is_kept_and_not_published_until_it_is_to_be_overwritten"]),
    ),
    (18, "dashboards/publish-failure-stale-content", By(&["dashboards::a_publication_that_failed_is_made_up_for"])),
    (
        19,
        "dashboards/unpublish-out-of-band, republish-after-draft-update",
        By(&["dashboards::a_published_copy_is_made_and_made_again_when_it_is_stale_or_gone"]),
    ),
    (
        20,
        "dashboards/delete-trashed-out-of-band",
        By(&["dashboards::a_published_copy_is_made_and_made_again_when_it_is_stale_or_gone"]),
    ),
    (
        21,
        "genie_spaces/version_migration",
        By(&["corners::a_space_of_version_1_is_stored_as_version_2_and_does_not_drift"]),
    ),
    (
        21,
        "genie_spaces/recreate_when_gone",
        By(&["genie::a_space_that_is_gone_is_made_and_one_that_was_moved_or_edited_is_kept"]),
    ),
    (
        21,
        "genie_spaces/delete_warning",
        By(&["corners::a_space_that_goes_takes_its_conversations_along_and_needs_an_allow"]),
    ),
    (
        21,
        "genie_spaces/parent_path_update",
        By(&["genie::a_space_that_is_gone_is_made_and_one_that_was_moved_or_edited_is_kept"]),
    ),
    (22, "grants/out_of_band_principal", By(&["drift::what_others_were_given_is_reported_and_stays"])),
    (22, "grants/remove_principal", By(&["corners::who_is_named_no_more_or_with_nothing_loses_it"])),
    (
        22,
        "grants/all_privileges_coexist",
        By(&["kinds_unity::all_privileges_and_its_parts_are_one_right_in_any_spelling"]),
    ),
    (
        22,
        "grants/duplicate_principals",
        By(&["corners::a_principal_that_is_named_twice_has_what_both_say_or_is_an_error"]),
    ),
    (22, "grants/empty_array", By(&["corners::who_is_named_no_more_or_with_nothing_loses_it"])),
    (
        23,
        "permissions/added_remotely",
        By(&["kinds_workspace::permissions_that_were_changed_outside_are_seen_and_others_are_reported"]),
    ),
    (23, "permissions/deleted_remotely", By(&["kinds_workspace::permissions_that_somebody_took_away_are_given_again"])),
    (23, "permissions/reorder_remotely", By(&["kinds_workspace::permissions_of_every_kind_are_set_and_settle"])),
    (
        23,
        "permissions/504/create",
        By(&["kinds_workspace::permissions_outlive_a_gateway_that_fails_and_a_run_that_dies"]),
    ),
    (24, "schemas/recreate", By(&["corners::what_is_made_anew_or_deleted_in_unity_catalog_needs_an_allow"])),
    (24, "volumes/change-name", By(&["kinds_unity::a_volume_is_renamed_with_its_files"])),
    (24, "volumes/remote-change-name", By(&["corners::what_is_made_anew_or_deleted_in_unity_catalog_needs_an_allow"])),
    (24, "volumes/uppercase-name", By(&["corners::names_in_capitals_do_not_drift"])),
    (24, "volumes/change-schema-name", By(&["corners::what_is_made_anew_or_deleted_in_unity_catalog_needs_an_allow"])),
    (24, "catalogs/auto-approve", By(&["corners::what_is_made_anew_or_deleted_in_unity_catalog_needs_an_allow"])),
    (
        25,
        "select/grants_permissions: grants come along",
        By(&["ordering::a_part_takes_along_what_is_on_it_and_what_goes_with_it"]),
    ),
    (25, "select/basic", By(&["select::a_part_is_deployed_with_what_it_needs_and_nothing_else"])),
    (25, "files/out-of-band-delete", By(&["behaviours::a_file_that_somebody_deleted_is_written_again"])),
    (25, "state/future_version", By(&["state::what_a_newer_program_wrote_is_refused_with_the_way_out"])),
    (
        25,
        "run/state-wiped",
        By(&[
            "adopt::a_lost_state_duplicates_nothing",
            "behaviours::a_job_is_known_by_the_pipeline_that_it_runs",
            "behaviours::what_a_lost_state_told_of_is_named_and_not_forgotten",
        ]),
    ),
];

/// workspace-api.md §6: the twenty pain points.
const PAINS: &[(usize, &str, Shown)] = &[
    (
        1,
        "dashboards' SQL is not substituted",
        By(&["targets::documents_name_the_catalog_of_their_target_and_no_other"]),
    ),
    (2, "dataset_catalog has no effect", By(&["targets::documents_name_the_catalog_of_their_target_and_no_other"])),
    (
        3,
        "Genie spaces show another target's catalog",
        By(&["targets::documents_name_the_catalog_of_their_target_and_no_other"]),
    ),
    (
        4,
        "a Genie space needs its tables at its first deployment",
        By(&["laws::a_solution_is_deployed_exactly_as_planned_and_taken_away_whole"]),
    ),
    (5, "dashboards twice", By(&["corners::a_dashboard_is_there_once"])),
    (6, "no templates in SQL", By(&["project::settings_come_from_arguments_environment_and_manifest"])),
    (
        7,
        "metric views and SQL of alerts in files",
        By(&[
            "kinds_unity::a_metric_view_is_made_after_its_source_and_restored",
            "alerts::a_query_may_stand_in_a_file",
        ]),
    ),
    (
        8,
        "tables, views, functions and grants on tables",
        By(&[
            "drift::a_table_is_compared_field_by_field_and_altered_in_place",
            "drift::a_view_shows_the_line_that_differs",
            "drift::what_is_made_anew_gets_its_grants_back",
            "behaviours::a_saved_plan_revokes_what_it_says",
        ]),
    ),
    (9, "validation that misses what the API refuses", By(&["faults::every_planted_fault_is_found_where_it_stands"])),
    (10, "privileges that are valid are refused", By(&["behaviours::a_privilege_that_is_not_known_is_a_warning"])),
    (11, "grants", By(&["behaviours::a_saved_plan_revokes_what_it_says"])),
    (12, "prevent_destroy", By(&["behaviours::what_is_protected_stays_also_when_its_declaration_is_gone"])),
    (13, "the lock", By(&["lock::the_second_deployer_is_told_who_holds_the_target_or_waits_for_the_end"])),
    (14, "duplicates", By(&["adopt::a_lost_state_duplicates_nothing"])),
    (15, "what was deleted there", By(&["behaviours::a_file_that_somebody_deleted_is_written_again"])),
    (16, "uploads", By(&["requests::a_file_is_uploaded_once_and_watched_by_the_list_of_its_folder"])),
    (17, "defaults of the service", By(&["guards::what_the_project_does_not_declare_survives_its_changes"])),
    (18, "resources of some targets", By(&["corners::a_resource_is_where_it_says_that_it_is"])),
    (
        19,
        "readable differences, a part alone",
        By(&[
            "review::contents_are_shown_as_what_changes_in_them",
            "select::a_part_is_deployed_with_what_it_needs_and_nothing_else",
            "review::a_part_is_destroyed_with_what_needs_it",
        ]),
    ),
    (
        20,
        "releases and rollback",
        By(&[
            "promote::prod_gets_the_bytes_that_dev_proved_whatever_the_checkout_has_become",
            "release::a_rollback_puts_back_what_was_there",
        ]),
    ),
    (
        20,
        "files of runs in flight stay",
        Not("files are replaced in place, and deleted after what used them was changed: paths of their own for every \
             deployment would change every pipeline and job at each"),
    ),
];

#[test]
fn every_behaviour_and_every_pain_point_has_its_tests() {
    for (list, count) in [(BEHAVIOURS, 25), (PAINS, 20)] {
        let mut shown = BTreeMap::<usize, usize>::new();
        for (number, what, how) in list {
            match how {
                By(tests) => {
                    *shown.entry(*number).or_default() += tests.len();
                    tests.iter().for_each(|test| exists(what, test));
                }
                Not(why) => assert!(!why.is_empty(), "{what}"),
            }
        }
        // A reason may stand for a part of a point and not for all of it.
        let numbers: Vec<usize> = shown.iter().filter(|(_, tests)| **tests > 0).map(|(number, _)| *number).collect();
        assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    }
}

#[track_caller]
fn exists(what: &str, test: &str) {
    let (module, name) = test.split_once("::").unwrap();
    let path = repository().join("tests/it").join(format!("{module}.rs"));
    let source = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(source.contains(&format!("#[test]\nfn {name}()")), "{what}: there is no {test}");
}
