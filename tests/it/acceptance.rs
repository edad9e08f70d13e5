//! Where the behaviours and the pain points of workspace-api.md are shown: each by tests that are named here, or with the
//! reason why it is not. Whoever renames a test keeps this list right, because it is read against the sources.

use crate::support::repository;

/// workspace-api.md §5: "25 behaviours to cover with own tests".
const BEHAVIOURS: [(&str, &[&str]); 25] = [
    ("no_drift", &["laws::a_solution_is_deployed_exactly_as_planned_and_taken_away_whole"]),
    ("destroy_idempotent", &["behaviours::what_is_gone_already_is_destroyed_once_more"]),
    ("delete_idempotent", &["behaviours::what_somebody_deleted_before_is_forgotten"]),
    ("crash-after-create", &["resume::a_first_deployment_killed_at_any_request_is_completed_by_the_same_command"]),
    ("chain-3-jobs", &["behaviours::a_chain_that_was_cut_off_is_completed_where_it_ended"]),
    ("header-only-wal", &["behaviours::two_deaths_before_the_first_effect_leave_nothing_in_the_way"]),
    (
        "lineage-mismatch, future-serial-wal, stale-wal, corrupted-wal-entry",
        &[
            "state::what_a_newer_program_wrote_is_refused_with_the_way_out",
            "state::a_damaged_journal_entry_is_set_aside_and_what_it_spoke_of_is_looked_up",
        ],
    ),
    ("readplan/serial-mismatch, lineage-mismatch", &["behaviours::a_plan_that_others_have_overtaken_changes_nothing"]),
    ("grants-remove-principal", &["behaviours::a_saved_plan_revokes_what_it_says"]),
    ("force-lock-config", &["lock::a_lock_is_taken_by_force_and_by_force_only"]),
    ("force-lock-node-limit", &["behaviours::a_folder_that_takes_no_more_files_is_named_with_the_way_out"]),
    ("lineage-mismatch-after-redeploy", &["behaviours::a_checkout_that_was_away_sees_what_others_have_deployed"]),
    ("local_state_staleness", &["behaviours::a_checkout_that_was_away_sees_what_others_have_deployed"]),
    ("prevent-destroy", &["behaviours::what_is_protected_stays_also_when_its_declaration_is_gone"]),
    ("create_error", &["behaviours::a_failure_holds_back_what_needs_it_and_nothing_else"]),
    ("bad references", &["broken::references_and_volumes_that_do_not_exist", "broken::a_cycle_of_datasets"]),
    (
        "dashboards/detect-change",
        &["dashboards::an_edited_draft_is_kept_and_not_published_until_it_is_to_be_overwritten"],
    ),
    ("dashboards/publish-failure-stale-content", &["dashboards::a_publication_that_failed_is_made_up_for"]),
    (
        "dashboards/unpublish-out-of-band, republish-after-draft-update",
        &["dashboards::a_published_copy_is_made_and_made_again_when_it_is_stale_or_gone"],
    ),
    (
        "dashboards/delete-trashed-out-of-band",
        &["dashboards::a_published_copy_is_made_and_made_again_when_it_is_stale_or_gone"],
    ),
    (
        "genie_spaces: version_migration, recreate_when_gone, parent_path_update",
        &["genie::a_space_that_is_gone_is_made_and_one_that_was_moved_or_edited_is_kept"],
    ),
    (
        "grants: out_of_band_principal, all_privileges_coexist, duplicate_principals",
        &[
            "drift::what_others_were_given_is_reported_and_stays",
            "kinds_unity::all_privileges_and_its_parts_are_one_right_in_any_spelling",
        ],
    ),
    (
        "permissions: added, deleted, reordered remotely, 504",
        &[
            "kinds_workspace::permissions_that_were_changed_outside_are_seen_and_others_are_reported",
            "kinds_workspace::permissions_outlive_a_gateway_that_fails_and_a_run_that_dies",
        ],
    ),
    (
        "recreate, rename, names in capitals",
        &["kinds_unity::a_volume_is_renamed_with_its_files", "commands::what_destroys_needs_an_allow"],
    ),
    (
        "select, files/out-of-band-delete, future_version, state-wiped",
        &[
            "select::a_part_is_deployed_with_what_it_needs_and_nothing_else",
            "behaviours::a_file_that_somebody_deleted_is_written_again",
            "state::what_a_newer_program_wrote_is_refused_with_the_way_out",
            "adopt::a_lost_state_duplicates_nothing",
        ],
    ),
];

/// workspace-api.md §6: the twenty pain points.
const PAINS: [(&str, &[&str]); 20] = [
    ("dashboards' SQL is not substituted", &["laws::a_solution_is_deployed_exactly_as_planned_and_taken_away_whole"]),
    ("dataset_catalog has no effect", &["targets::documents_name_the_catalog_of_their_target_and_no_other"]),
    (
        "Genie spaces show another target's catalog",
        &["targets::documents_name_the_catalog_of_their_target_and_no_other"],
    ),
    (
        "a Genie space needs its tables at its first deployment",
        &["laws::a_solution_is_deployed_exactly_as_planned_and_taken_away_whole"],
    ),
    ("dashboards twice", &["laws::a_solution_is_deployed_exactly_as_planned_and_taken_away_whole"]),
    ("no templates in SQL", &["project::settings_come_from_arguments_environment_and_manifest"]),
    ("metric views and SQL of alerts in files", &["kinds_unity::a_metric_view_is_made_after_its_source_and_restored"]),
    (
        "tables, views, functions and grants on tables",
        &["drift::a_table_is_compared_field_by_field_and_altered_in_place"],
    ),
    ("validation that misses what the API refuses", &["faults::every_planted_fault_is_found_where_it_stands"]),
    ("privileges that are valid are refused", &["behaviours::a_privilege_that_is_not_known_is_a_warning"]),
    ("grants", &["behaviours::a_saved_plan_revokes_what_it_says"]),
    ("prevent_destroy", &["behaviours::what_is_protected_stays_also_when_its_declaration_is_gone"]),
    ("the lock", &["lock::the_second_deployer_is_told_who_holds_the_target_or_waits_for_the_end"]),
    ("duplicates", &["adopt::a_lost_state_duplicates_nothing"]),
    ("what was deleted there", &["behaviours::a_file_that_somebody_deleted_is_written_again"]),
    ("uploads", &["requests::a_file_is_uploaded_once_and_watched_by_the_list_of_its_folder"]),
    ("defaults of the service", &["guards::what_the_project_does_not_declare_survives_its_changes"]),
    ("resources of some targets", &["laws::a_solution_is_deployed_exactly_as_planned_and_taken_away_whole"]),
    ("readable differences, a part alone", &["review::contents_are_shown_as_what_changes_in_them"]),
    // Files are replaced in place and deleted after what used them was changed: paths of their own for every deployment
    // would change every pipeline at each.
    ("releases", &["promote::prod_gets_the_bytes_that_dev_proved_whatever_the_checkout_has_become"]),
];

#[test]
fn every_behaviour_and_every_pain_point_has_its_tests() {
    for (what, tests) in BEHAVIOURS.iter().chain(&PAINS) {
        assert!(!tests.is_empty(), "{what}");
        for test in *tests {
            let (module, name) = test.split_once("::").unwrap();
            let path = repository().join("tests/it").join(format!("{module}.rs"));
            let source = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(source.contains(&format!("#[test]\nfn {name}()")), "{what}: there is no {test}");
        }
    }
}
