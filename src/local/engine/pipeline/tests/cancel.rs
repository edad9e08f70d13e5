//! An update that is cancelled, and one that meets another writer.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::support::{Workspace, session};
use crate::diag::SourceFile;
use crate::local::engine::catalog::snapshot;
use crate::local::engine::pipeline::compile::compile;
use crate::local::engine::pipeline::dataset::Update;
use crate::local::engine::pipeline::source::Inputs;
use crate::local::engine::pipeline::target::publish_view;
use crate::local::engine::pipeline::{Outcome, Progress, UpdateOptions, UpdateSpec, run_update};
use crate::local::engine::{CancelToken, EngineError, statement};
use crate::local::store::{PageRequest, StoreError};

fn spec(sql: &str) -> UpdateSpec {
    UpdateSpec {
        pipeline_id: "p-1".to_string(),
        pipeline_name: "demo".to_string(),
        update_id: "u-1".to_string(),
        files: vec![SourceFile::new("pipeline.sql", sql)],
        session: session(),
    }
}

#[test]
fn a_cancelled_flow_is_stopped_and_has_not_failed() {
    let workspace = Workspace::new();
    let sql = "CREATE MATERIALIZED VIEW long AS SELECT count(*) AS n FROM range(10000000000) AS a WHERE a.id % 7 = 8;";
    let spec = spec(sql);
    let cancel = CancelToken::default();
    let ended = run_update(&workspace.store, &spec, &UpdateOptions::default(), &cancel, &mut |progress| {
        if let Progress::Started(_) = progress {
            let cancel = cancel.clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(100));
                cancel.cancel();
            });
        }
    });
    assert!(matches!(ended, Err(EngineError::Cancelled)));
    let page = workspace.store.read(|reader| reader.events("p-1", None, PageRequest::ALL)).unwrap();
    let progress: Vec<_> = page.items.iter().filter(|event| event.event_type == "flow_progress").collect();
    let [stopped, running] = progress.as_slice() else { panic!("{progress:?}") };
    assert_eq!(running.details["flow_progress"]["status"], "RUNNING");
    assert_eq!(stopped.details["flow_progress"]["status"], "STOPPED");
    assert!(stopped.error.is_none() && !stopped.message.contains("FAILED"), "{}", stopped.message);
}

#[test]
fn a_view_that_reads_itself_is_an_error() {
    let workspace = Workspace::new();
    // A statement that closes the ring is refused; a pipeline's view can still close it.
    workspace.rows("CREATE TABLE v2 (x INT)");
    workspace.rows("CREATE VIEW v1 AS SELECT x FROM v2");
    workspace.rows("DROP TABLE v2");
    workspace.update("CREATE VIEW v2 AS SELECT x FROM v1;");
    let answer = statement::execute(
        &workspace.store,
        "SELECT * FROM v1",
        &session(),
        Default::default(),
        &CancelToken::default(),
    );
    let Err(EngineError::Sql(error)) = answer else { panic!("{answer:?}") };
    assert_eq!(error.class, "RECURSIVE_VIEW");
    assert!(error.message.contains("`main`.`demo`.`v2` -> `main`.`demo`.`v1`"), "{}", error.message);
}

#[test]
fn a_conflict_is_tried_again_with_growing_pauses() {
    let workspace = Workspace::new();
    let catalog = workspace.store.read(snapshot).unwrap();
    workspace.update("CREATE VIEW v AS SELECT 1 AS x;");
    // Both writers change the record of the view.
    let spec = spec("CREATE VIEW v COMMENT 'new' AS SELECT 1 AS x;");
    let compiled = compile(&spec, &catalog).unwrap();
    let [view] = compiled.datasets() else { panic!("one view") };
    let datasets = BTreeMap::from([(view.name.clone(), view)]);
    let cancel = CancelToken::default();
    let (holds, held) = channel::<()>();
    let (release, released) = channel::<()>();
    let pauses = Mutex::new(Vec::new());
    let pause = |wait: Duration| {
        // The other writer gives up while this one waits.
        let _ = release.send(());
        pauses.lock().unwrap().push(wait.as_millis());
        std::thread::sleep(wait);
    };
    let pause = Mutex::new(pause);
    let pause = |wait: Duration| (pause.lock().unwrap())(wait);
    let inputs = Inputs { store: &workspace.store, datasets: &datasets, catalog: &catalog, session: &spec.session };
    let update = Update { spec: &spec, inputs, cancel: &cancel, pause: &pause };
    let declared = compiled.declared(view);
    std::thread::scope(|scope| {
        let (store, spec, other) = (workspace.store.clone(), &spec, compiled.declared(view));
        scope.spawn(move || {
            let never = store.write_beside(|writer| {
                publish_view(writer, spec, view, &other)?;
                holds.send(()).unwrap();
                released.recv_timeout(Duration::from_secs(20)).unwrap();
                Err::<(), _>(EngineError::Cancelled)
            });
            assert!(matches!(never, Err(EngineError::Cancelled)));
        });
        held.recv_timeout(Duration::from_secs(20)).unwrap();
        let report = update.dataset(view, &declared, false).unwrap();
        assert_eq!(report.outcome, Outcome::Completed);
    });
    assert!(!pauses.lock().unwrap().is_empty());

    pauses.lock().unwrap().clear();
    let conflict = || StoreError::Conflict(duckdb::Error::QueryReturnedNoRows);
    let ended = update.persist(|| Err::<(), _>(conflict().into()));
    assert!(matches!(ended, Err(EngineError::Store(StoreError::Conflict(_)))));
    assert_eq!(*pauses.lock().unwrap(), [5, 20, 80, 200, 500]);
}
