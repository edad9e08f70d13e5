"""Drives a running embedded workspace with the official client, which knows nothing of lakesmith.

    pip install databricks-sdk
    DATABRICKS_HOST=http://127.0.0.1:PORT DATABRICKS_TOKEN=... python tests/clients/databricks_sdk_check.py

Host and token are those that `lakesmith local serve` prints. Everything is made and removed inside the catalog `c1`
and `/Shared/sdk`; the exit code is the number of failed sections.
"""

import base64
import io
import json
import sys
import time
import traceback

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import jobs, pipelines, catalog, sql, workspace, dashboards, iam
from databricks.sdk.errors import (
    BadRequest,
    NotFound,
    ResourceAlreadyExists,
    ResourceConflict,
    ResourceDoesNotExist,
)

w = WorkspaceClient(auth_type="pat")
fails = 0


def section(name):
    def run(check):
        global fails
        try:
            check()
            print("ok  ", name)
        except Exception as e:
            fails += 1
            print("FAIL", name, repr(e))
            traceback.print_exc(limit=4)

    return run


@section("me")
def _():
    assert w.current_user.me().user_name


@section("groups")
def _():
    assert {g.display_name for g in w.groups.list()} == {"admins", "users"}


@section("workspace")
def _():
    w.workspace.mkdirs("/Shared/sdk")
    w.workspace.upload("/Shared/sdk/a.sql", io.BytesIO(b"SELECT 1"), format=workspace.ImportFormat.AUTO)
    w.workspace.import_(
        "/Shared/sdk/b",
        content=base64.b64encode(b"SELECT 2").decode(),
        format=workspace.ImportFormat.SOURCE,
        language=workspace.Language.SQL,
    )
    assert w.workspace.download("/Shared/sdk/a.sql").read() == b"SELECT 1"
    assert sorted(o.object_type.value for o in w.workspace.list("/Shared/sdk")) == ["FILE", "NOTEBOOK"]
    try:
        w.workspace.upload("/Shared/sdk/a.sql", io.BytesIO(b"x"), format=workspace.ImportFormat.AUTO)
        assert False
    except ResourceAlreadyExists:
        pass
    except BadRequest as e:
        assert "exists" in str(e)
    try:
        w.workspace.get_status("/nope")
        assert False
    except NotFound:
        pass
    w.workspace.delete("/Shared/sdk", recursive=True)


@section("uc")
def _():
    w.catalogs.create(name="c1", comment="x")
    w.schemas.create(name="s1", catalog_name="c1")
    for i in range(5):
        w.schemas.create(name=f"t{i}", catalog_name="c1")
    assert len(list(w.schemas.list("c1"))) == 7
    assert {"c1", "main"} <= {found.name for found in w.catalogs.list()}
    v = w.volumes.create("c1", "s1", "v1", catalog.VolumeType.MANAGED)
    for i in range(5):
        w.files.upload(f"/Volumes/c1/s1/v1/d/f{i}.csv", io.BytesIO(b"a,b\n1,2\n"))
    assert len(list(w.files.list_directory_contents("/Volumes/c1/s1/v1/d"))) == 5
    assert w.files.download("/Volumes/c1/s1/v1/d/f0.csv").contents.read() == b"a,b\n1,2\n"
    assert w.files.get_metadata("/Volumes/c1/s1/v1/d/f0.csv").content_length == 8
    try:
        w.files.download("/Volumes/c1/s1/v1/d/zz")
        assert False
    except NotFound:
        pass
    w.grants.update(
        "schema", "c1.s1", changes=[catalog.PermissionsChange(principal="g", add=[catalog.Privilege.SELECT])]
    )
    assert w.grants.get("schema", "c1.s1").privilege_assignments[0].privileges == [catalog.Privilege.SELECT]
    assert w.grants.get_effective("volume", "c1.s1.v1") is not None
    try:
        w.schemas.create(name="s1", catalog_name="c1")
        assert False
    except BadRequest as e:
        assert e.error_code == "SCHEMA_ALREADY_EXISTS", e.error_code
    assert w.metastores.current().default_catalog_name == "main"


@section("sql")
def _():
    wh = list(w.warehouses.list())[0]
    r = w.statement_execution.execute_statement(
        'CREATE TABLE c1.s1.t (a INT, d DECIMAL(10,2), s STRUCT<x: INT>) COMMENT "hi"',
        wh.id,
        wait_timeout="30s",
    )
    assert r.status.state == sql.StatementState.SUCCEEDED, r
    r = w.statement_execution.execute_statement(
        "INSERT INTO c1.s1.t SELECT id, id*1.5, named_struct('x', CAST(id AS INT)) FROM range(5)",
        wh.id,
        wait_timeout="30s",
    )
    assert r.status.state == sql.StatementState.SUCCEEDED, r
    r = w.statement_execution.execute_statement(
        "SELECT * FROM t ORDER BY a",
        wh.id,
        catalog="c1",
        schema="s1",
        parameters=[sql.StatementParameterListItem(name="x", value="1", type="INT")],
    )
    assert r.result.data_array[0] == ["0", "0.00", '{"x":0}'], r.result.data_array
    assert r.manifest.total_row_count == 5
    assert (
        w.statement_execution.get_statement_result_chunk_n(r.statement_id, 0).data_array
        == r.result.data_array
    )
    ti = w.tables.get("c1.s1.t")
    assert [c.type_text for c in ti.columns] == ["int", "decimal(10,2)", "struct<x:int>"], ti.columns
    assert len(list(w.tables.list("c1", "s1"))) == 1 and w.tables.exists("c1.s1.t").table_exists
    w.warehouses.stop(wh.id)
    w.warehouses.start_and_wait(wh.id)


@section("pipelines")
def _():
    ids = [
        w.pipelines.create(
            name=f"p{i}",
            catalog="c1",
            schema="s1",
            libraries=[
                pipelines.PipelineLibrary(glob=pipelines.PathPattern(include="/Workspace/Shared/pp/**"))
            ],
            serverless=True,
        ).pipeline_id
        for i in range(3)
    ]
    assert len(list(w.pipelines.list_pipelines(filter="name LIKE 'p%'"))) == 3
    u = w.pipelines.start_update(ids[0]).update_id
    for _ in range(100):
        s = w.pipelines.get_update(ids[0], u).update.state
        if s in (pipelines.UpdateInfoState.FAILED, pipelines.UpdateInfoState.COMPLETED):
            break
        time.sleep(0.05)
    ev = list(
        w.pipelines.list_pipeline_events(
            ids[0], order_by=["timestamp asc"], filter="level in ('INFO','ERROR')"
        )
    )
    assert ev[0].event_type == "create_update" and len(ev) > 2, ev
    try:
        w.pipelines.create(name="p0", catalog="c1")
        assert False
    except ResourceConflict:
        pass
    w.pipelines.update(ids[1], name="p1b", catalog="c1", schema="s1")
    w.pipelines.stop_and_wait(ids[0])
    assert w.pipelines.get_permissions(ids[0]).access_control_list
    for i in ids:
        w.pipelines.delete(i)
    try:
        w.pipelines.get(ids[0])
        assert False
    except NotFound:
        pass


@section("jobs")
def _():
    cond = jobs.Task(
        task_key="c", condition_task=jobs.ConditionTask(op=jobs.ConditionTaskOp.EQUAL_TO, left="1", right="1")
    )
    ids = [w.jobs.create(name=f"j{i}", tasks=[cond], tags={"a": "b"}).job_id for i in range(3)]
    assert set(ids) <= {job.job_id for job in w.jobs.list()}
    run = w.jobs.run_now_and_wait(ids[0])
    assert run.state.result_state == jobs.RunResultState.SUCCESS
    assert len(list(w.jobs.list_runs(job_id=ids[0]))) == 1
    try:
        w.jobs.get(1)
        assert False
    except ResourceDoesNotExist:
        pass
    w.jobs.reset(ids[0], jobs.JobSettings(name="x", tasks=[cond]))
    w.jobs.update(ids[0], new_settings=jobs.JobSettings(tags={"k": "v"}))
    assert w.jobs.get(ids[0]).settings.tags == {"k": "v"}
    w.permissions.update(
        "jobs",
        str(ids[0]),
        access_control_list=[
            iam.AccessControlRequest(group_name="g", permission_level=iam.PermissionLevel.CAN_VIEW)
        ],
    )
    for i in ids:
        w.jobs.delete(i)


@section("lakeview")
def _():
    wh = list(w.warehouses.list())[0].id
    d = w.lakeview.create(
        dashboards.Dashboard(
            display_name="D", serialized_dashboard='{"pages":[{"name":"p"}]}', warehouse_id=wh
        )
    )
    w.lakeview.publish(d.dashboard_id, embed_credentials=False)
    assert w.lakeview.get_published(d.dashboard_id).embed_credentials is False
    d2 = w.lakeview.update(d.dashboard_id, dashboards.Dashboard(display_name="D2", etag=d.etag))
    assert d2.display_name == "D2"
    d3 = w.lakeview.get(d.dashboard_id)
    d3.serialized_dashboard = '{"pages":[]}'
    w.lakeview.update(d.dashboard_id, d3)
    try:
        w.lakeview.update(d.dashboard_id, d3)
        assert False
    except ResourceConflict:
        pass
    assert d.dashboard_id in {found.dashboard_id for found in w.lakeview.list()}
    w.lakeview.unpublish(d.dashboard_id)
    w.lakeview.trash(d.dashboard_id)
    assert w.lakeview.get(d.dashboard_id).lifecycle_state == dashboards.LifecycleState.TRASHED


@section("genie")
def _():
    wh = list(w.warehouses.list())[0].id
    s = w.genie.create_space(
        wh, '{"version":2,"data_sources":{"tables":[{"identifier":"c1.s1.t"}]}}', title="G"
    )
    assert w.genie.get_space(s.space_id, include_serialized_space=True).etag
    w.genie.update_space(s.space_id, title="H")
    assert "H" in {found.title for found in w.genie.list_spaces().spaces}
    w.genie.trash_space(s.space_id)


@section("genie evaluations")
def _():
    wh = list(w.warehouses.list())[0].id
    # Answered by an example and right; answered and wrong; not answered.
    questions = [("One", "SELECT 1", "SELECT 1"), ("Two", "SELECT 2", "SELECT 3"), ("Three", None, "SELECT 3")]
    examples = [
        {"id": f"2{at:031}", "question": [question], "sql": [sql]}
        for at, (question, sql, _) in enumerate(questions)
        if sql
    ]
    benchmarks = [
        {"id": f"9{at:031}", "question": [question], "answer": [{"format": "SQL", "content": [sql]}]}
        for at, (question, _, sql) in enumerate(questions)
    ]
    content = {
        "version": 2,
        "data_sources": {"tables": [{"identifier": "c1.s1.t"}]},
        "instructions": {"example_question_sqls": examples},
        "benchmarks": {"questions": benchmarks},
    }
    s = w.genie.create_space(wh, json.dumps(content), title="E")
    run = w.genie.genie_create_eval_run(s.space_id)
    while run.eval_run_status != dashboards.EvaluationStatusType.DONE:
        time.sleep(0.1)
        run = w.genie.genie_get_eval_run(s.space_id, run.eval_run_id)
    assert (run.num_questions, run.num_done, run.num_correct, run.num_needs_review) == (3, 3, 1, 1), run
    assert [found.eval_run_id for found in w.genie.genie_list_eval_runs(s.space_id).eval_runs] == [run.eval_run_id]
    results = w.genie.genie_list_eval_results(s.space_id, run.eval_run_id).eval_results
    details = [w.genie.genie_get_eval_result_details(s.space_id, run.eval_run_id, r.result_id) for r in results]
    verdict = dashboards.GenieEvalAssessment
    assert [d.assessment for d in details] == [verdict.GOOD, verdict.BAD, verdict.NEEDS_REVIEW]
    assert details[1].assessment_reasons == [dashboards.ScoreReason.SINGLE_CELL_DIFFERENCE]
    assert details[1].actual_response[0].sql_execution_result.result.data_array == [["2"]]
    assert details[1].expected_response[0].sql_execution_result.result.data_array == [["3"]]
    assert details[2].actual_response[0].response_type == dashboards.GenieEvalResponseType.TEXT
    w.genie.trash_space(s.space_id)


@section("alerts")
def _():
    wh = list(w.warehouses.list())[0].id
    a = w.alerts_v2.create_alert(
        sql.AlertV2(
            display_name="A",
            query_text="SELECT 1 AS n",
            warehouse_id=wh,
            evaluation=sql.AlertV2Evaluation(
                source=sql.AlertV2OperandColumn(name="n", aggregation=sql.Aggregation.MAX),
                comparison_operator=sql.ComparisonOperator.GREATER_THAN,
                threshold=sql.AlertV2Operand(value=sql.AlertV2OperandValue(double_value=0.5)),
                notification=sql.AlertV2Notification(
                    subscriptions=[sql.AlertV2Subscription(user_email="me@x.com")]
                ),
            ),
            schedule=sql.CronSchedule(quartz_cron_schedule="0 0 8 * * ?", timezone_id="UTC"),
        )
    )
    assert a.evaluation.state == sql.AlertEvaluationState.UNKNOWN
    assert a.schedule.effective_pause_status == sql.SchedulePauseStatus.UNPAUSED
    # What was read is sent back, the fields that only the service sets among them.
    a.display_name, a.query_text = "B", "SELECT 2 AS n"
    b = w.alerts_v2.update_alert(a.id, a, update_mask="display_name")
    assert (b.display_name, b.query_text) == ("B", "SELECT 1 AS n")
    assert w.alerts_v2.update_alert(a.id, a, update_mask="*").query_text == "SELECT 2 AS n"
    assert a.id in {found.id for found in w.alerts_v2.list_alerts()}
    w.alerts_v2.trash_alert(a.id)
    assert a.id not in {found.id for found in w.alerts_v2.list_alerts()}
    assert w.alerts_v2.get_alert(a.id).lifecycle_state == sql.AlertLifecycleState.DELETED
    w.alerts_v2.trash_alert(a.id, purge=True)
    try:
        w.alerts_v2.get_alert(a.id)
        assert False
    except NotFound:
        pass


@section("cleanup")
def _():
    w.catalogs.delete("c1", force=True)


@section("secrets")
def _():
    w.secrets.create_scope("sdk-scope")
    assert "sdk-scope" in {scope.name for scope in w.secrets.list_scopes()}
    try:
        w.secrets.create_scope("sdk-scope")
        raise AssertionError("made twice")
    except ResourceAlreadyExists:
        pass
    w.secrets.put_secret("sdk-scope", "k", string_value="v")
    assert base64.b64decode(w.secrets.get_secret("sdk-scope", "k").value) == b"v"
    assert [secret.key for secret in w.secrets.list_secrets("sdk-scope")] == ["k"]
    w.secrets.put_acl("sdk-scope", "users", workspace.AclPermission.READ)
    assert w.secrets.get_acl("sdk-scope", "users").permission == workspace.AclPermission.READ
    w.secrets.delete_acl("sdk-scope", "users")
    assert [acl.permission for acl in w.secrets.list_acls("sdk-scope")] == [workspace.AclPermission.MANAGE]
    w.secrets.delete_secret("sdk-scope", "k")
    w.secrets.delete_scope("sdk-scope")
    assert list(w.secrets.list_scopes()) == []
    try:
        list(w.secrets.list_acls("sdk-scope"))
        raise AssertionError("it is gone")
    except ResourceDoesNotExist:
        pass


@section("experiments")
def _():
    w.workspace.mkdirs("/Shared/sdk")
    id = w.experiments.create_experiment("/Shared/sdk/e").experiment_id
    assert w.experiments.get_experiment(id).experiment.name == "/Shared/sdk/e"
    assert w.experiments.get_by_name("/Shared/sdk/e").experiment.experiment_id == id
    w.experiments.update_experiment(id, new_name="/Shared/sdk/f")
    assert [e.name for e in w.experiments.list_experiments()] == ["/Shared/sdk/f"]
    w.permissions.set(
        "experiments",
        id,
        access_control_list=[iam.AccessControlRequest(group_name="users", permission_level=iam.PermissionLevel.CAN_READ)],
    )
    assert any(a.group_name == "users" for a in w.permissions.get("experiments", id).access_control_list)
    w.experiments.delete_experiment(id)
    assert list(w.experiments.list_experiments()) == []
    w.workspace.delete("/Shared/sdk", recursive=True)


@section("dashboard schedules")
def _():
    warehouse = next(iter(w.warehouses.list())).id
    w.workspace.mkdirs("/Shared/sdk")
    board = w.lakeview.create(
        dashboards.Dashboard(display_name="scheduled", parent_path="/Shared/sdk", warehouse_id=warehouse)
    ).dashboard_id
    cron = dashboards.CronSchedule(quartz_cron_expression="0 0 7 * * ?", timezone_id="UTC")
    made = w.lakeview.create_schedule(board, dashboards.Schedule(cron_schedule=cron, display_name="s"))
    assert made.pause_status == dashboards.SchedulePauseStatus.UNPAUSED
    made.pause_status = dashboards.SchedulePauseStatus.PAUSED
    changed = dashboards.Schedule(
        cron_schedule=cron, display_name="s", pause_status=dashboards.SchedulePauseStatus.PAUSED, etag=made.etag
    )
    assert w.lakeview.update_schedule(board, made.schedule_id, changed).etag != made.etag
    try:
        w.lakeview.update_schedule(board, made.schedule_id, changed)
        raise AssertionError("the etag is old")
    except ResourceConflict:
        pass
    user = dashboards.Subscriber(user_subscriber=dashboards.SubscriptionSubscriberUser(user_id=7))
    subscribed = w.lakeview.create_subscription(board, made.schedule_id, dashboards.Subscription(subscriber=user))
    listed = list(w.lakeview.list_subscriptions(board, made.schedule_id))
    assert [s.subscriber.user_subscriber.user_id for s in listed] == [7]
    w.lakeview.delete_subscription(board, made.schedule_id, subscribed.subscription_id)
    assert [s.display_name for s in w.lakeview.list_schedules(board)] == ["s"]
    w.lakeview.delete_schedule(board, made.schedule_id)
    assert list(w.lakeview.list_schedules(board)) == []
    w.lakeview.trash(board)
    w.workspace.delete("/Shared/sdk", recursive=True)


@section("registered models")
def _():
    w.catalogs.create("c1_models")
    w.schemas.create("s", "c1_models")
    model = w.registered_models.create(catalog_name="c1_models", schema_name="s", name="M", comment="x")
    assert model.full_name == "c1_models.s.m"
    assert w.registered_models.get("c1_models.s.m").comment == "x"
    assert w.registered_models.update("c1_models.s.m", comment="y").comment == "y"
    listed = w.registered_models.list(catalog_name="c1_models", schema_name="s")
    assert [m.full_name for m in listed] == ["c1_models.s.m"]
    try:
        w.schemas.delete("c1_models.s")
        raise AssertionError("it is not empty")
    except BadRequest:
        pass
    w.registered_models.delete("c1_models.s.m")
    w.schemas.delete("c1_models.s")
    w.catalogs.delete("c1_models", force=True)


sys.exit(fails)
