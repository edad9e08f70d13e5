//! What is damaged, lies elsewhere, takes long or is held by somebody else.

use super::*;

/// Two deaths in a row, the second while the first is being taken up.
#[tokio::test]
async fn a_run_killed_while_it_takes_up_a_killed_one_is_taken_up() {
    let undisturbed = Fake(Arc::default());
    Machine { attempt: 0 }.attempt(&undisturbed, first()).await.unwrap();
    let (expected, calls) = (shown(&undisturbed), undisturbed.0.calls.load(Ordering::SeqCst));
    let mut deaths = 0;
    for call in (0..calls).step_by(3) {
        for second in 0..calls {
            let fake = Fake(Arc::default());
            let mut machine = Machine { attempt: 0 };
            let sides = if (call + second) % 2 == 0 { [When::Before, When::After] } else { [When::After, When::After] };
            for (at, when) in [call, second].into_iter().zip(sides) {
                fake.0.calls.store(0, Ordering::SeqCst);
                *fake.0.kill.lock().unwrap() = Some((at, when));
                deaths += usize::from(machine.attempt(&fake, first()).await.is_none());
            }
            *fake.0.kill.lock().unwrap() = None;
            let context = format!("killed at {call}, then at {second}");
            let (_, report) = machine.attempt(&fake, first()).await.unwrap();
            assert!(report.is_complete(), "{context}");
            assert_eq!(shown(&fake), expected, "{context}");
            settled(&fake, &mut machine, first, &context).await;
        }
    }
    assert!(deaths > 2 * calls, "{deaths}");
}

/// Whatever of its journal is damaged: what it spoke of is looked up, and nothing is made twice.
#[tokio::test]
async fn a_killed_run_whose_journal_is_damaged_is_taken_up() {
    let undisturbed = Fake(Arc::default());
    Machine { attempt: 0 }.attempt(&undisturbed, first()).await.unwrap();
    let (expected, calls) = (shown(&undisturbed), undisturbed.0.calls.load(Ordering::SeqCst));
    let mut set_aside = 0;
    for call in 0..calls {
        let fake = Fake(Arc::default());
        fake.0.marks.store(true, Ordering::SeqCst);
        let mut machine = Machine { attempt: 0 };
        *fake.0.kill.lock().unwrap() = Some((call, When::After));
        let died = machine.attempt(&fake, first()).await.is_none();
        *fake.0.kill.lock().unwrap() = None;
        for (path, content) in fake.0.files.lock().unwrap().iter_mut() {
            if path.starts_with("journal/") {
                let text = String::from_utf8(content.to_vec()).unwrap();
                *content = Bytes::from(text.replace("\"record\"", "\"rec0rd\""));
            }
        }
        let context = format!("killed at call {call}");
        let (_, report) = machine.attempt(&fake, first()).await.unwrap();
        assert!(report.is_complete() || !died, "{context}");
        assert_eq!(shown(&fake), expected, "{context}");
        settled(&fake, &mut machine, first, &context).await;
        set_aside += fake.0.files.lock().unwrap().keys().filter(|path| path.starts_with("journal-corrupt/")).count();
    }
    assert!(set_aside > 0);
}

/// One document may be damaged, whichever: the other is read, and serials go on.
#[tokio::test]
async fn a_damaged_state_is_read_from_the_copy_that_is_whole() {
    for damaged in ["state.json", "state.0000000002.json"] {
        let fake = Fake(Arc::default());
        let mut machine = Machine { attempt: 0 };
        machine.attempt(&fake, first()).await.unwrap();
        let before = shown(&fake);
        {
            let mut files = fake.0.files.lock().unwrap();
            assert!(files.contains_key(damaged), "{:?}", files.keys());
            files.insert(damaged.to_string(), Bytes::from_static(b"{"));
        }
        settled(&fake, &mut machine, first, damaged).await;
        machine.attempt(&fake, second()).await.unwrap();
        settled(&fake, &mut machine, second, damaged).await;
        machine.attempt(&fake, first()).await.unwrap();
        assert_eq!(shown(&fake).len(), before.len(), "{damaged}");
    }
}

/// A writer that died with a half written copy of the next serial: that serial is gone, and the one after it is free.
#[tokio::test]
async fn a_damaged_copy_of_the_next_serial_blocks_nobody() {
    let fake = Fake(Arc::default());
    let mut machine = Machine { attempt: 0 };
    machine.attempt(&fake, first()).await.unwrap();
    fake.0.files.lock().unwrap().insert("state.0000000003.json".to_string(), Bytes::from_static(b"{\"form"));
    let (_, report) = machine.attempt(&fake, second()).await.unwrap();
    assert!(report.is_complete());
    let names: Vec<String> = fake.0.files.lock().unwrap().keys().cloned().collect();
    assert!(!names.contains(&"state.0000000003.json".to_string()), "{names:?}");
    settled(&fake, &mut machine, second, "after a half written copy").await;
}

#[tokio::test]
async fn where_nothing_is_whole_a_copy_or_nothing_is_taken_on_demand() {
    let fake = Fake(Arc::default());
    fake.0.marks.store(true, Ordering::SeqCst);
    let mut machine = Machine { attempt: 0 };
    machine.attempt(&fake, first()).await.unwrap();
    let before = shown(&fake);
    for name in ["state.json", "state.0000000002.json"] {
        fake.0.files.lock().unwrap().insert(name.to_string(), Bytes::from_static(b"{"));
    }
    let Err(error) = machine.open(&fake).await else { panic!("a damaged state was read") };
    assert!(matches!(error, ApplyError::Damaged(_)), "{error}");
    assert!(error.hint().unwrap().contains("state repair --adopt"));
    let identity = Identity { project: "p".to_string(), target: "t".to_string() };
    let holder = Machine::holder();
    let never = Cancel::never();
    let patience = Patience { longest: Duration::ZERO, observer: &Silent, cancel: &never };
    let system = machine.system();
    let copy = repair(fake.clone(), &system, &identity, &holder, patience, Source::Copy(2), &fake).await;
    assert!(matches!(copy, Err(ApplyError::NoCopy { serial: 2, .. })), "{copy:?}");
    let nothing = repair(fake.clone(), &system, &identity, &holder, patience, Source::Nothing, &fake).await.unwrap();
    assert!(nothing.state.resources.is_empty() && nothing.kept.len() == 2, "{nothing:?}");
    assert!(nothing.state.serial > 2);
    machine.attempt(&fake, first()).await.unwrap();
    assert_eq!(shown(&fake), before);
    settled(&fake, &mut machine, first, "adopted").await;
}

/// A step of an hour holds back nobody, and what the others did is in the state meanwhile.
#[tokio::test]
async fn a_long_step_holds_back_nothing_that_does_not_need_it() {
    let fake = Fake(Arc::default());
    fake.0.slow.lock().unwrap().insert("job.k".to_string(), Duration::from_secs(3600));
    let machine = Machine { attempt: 1 };
    let mut session = machine.open(&fake).await.unwrap();
    let set: DesiredSet = first().into_iter().collect();
    let plan = first_plan(&set);
    let contents = set.iter().filter_map(|d| Some((d.key.clone(), d.content.clone()?))).collect();
    let pace = Pace { parallel: 2, save_every: Duration::from_millis(20) };
    let never = Cancel::never();
    let looks = async {
        for _ in 0..500 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let stored = fake.0.files.lock().unwrap().get("state.json").cloned();
            let state = stored.map(|bytes| State::parse(&bytes, "p", "t").unwrap());
            if let Some(state) = state.filter(|state| state.resources.len() == 7) {
                return state;
            }
        }
        panic!("the others waited for the long step");
    };
    let state = tokio::select! {
        report = run(&mut session, &plan, &contents, &fake, &Silent, &never, pace) => panic!("{report:?}"),
        state = looks => state,
    };
    assert!(!state.resources.contains_key(&key("job.k")));
    assert!(state.resources.contains_key(&key("job.j")), "what needs another is done, too");
}

/// Entries that wait together are one file.
#[tokio::test]
async fn a_thousand_entries_are_no_thousand_files() {
    let fake = Fake(Arc::default());
    fake.0.far.store(true, Ordering::SeqCst);
    let jobs: Vec<Desired> = (0..300).map(|n| wanted(&format!("job.j{n}"), json!({"name": n}), &[], None)).collect();
    let (_, report) = Machine { attempt: 1 }.deploy(&fake, jobs).await.unwrap();
    assert_eq!(report.done.len(), 300);
    let segments = fake.0.segments.load(Ordering::SeqCst);
    assert!(segments <= 60, "{segments} files for 600 entries");
}

#[tokio::test]
async fn a_state_at_another_place_is_taken_over_once() {
    let (old, new) = (Fake(Arc::default()), Fake(Arc::default()));
    let mut machine = Machine { attempt: 0 };
    machine.attempt(&old, first()).await.unwrap();
    machine.attempt += 1;
    let (from, mut to) = (machine.open(&old).await.unwrap(), machine.open(&new).await.unwrap());
    let before = from.state().clone();
    to.take_over(from).await.unwrap();
    assert_eq!((&to.state().lineage, &to.state().resources), (&before.lineage, &before.resources));
    assert!(to.state().serial > before.serial);
    to.close().await.unwrap();
    machine.attempt += 1;
    assert!(machine.open(&old).await.unwrap().stored_state().is_none());
    assert_eq!(machine.open(&new).await.unwrap().state().resources, before.resources);
}

/// Who waits hears of it once, and stops waiting when asked to.
#[tokio::test]
async fn who_waits_is_told_and_can_be_stopped() {
    #[derive(Default)]
    struct Ears(Mutex<Vec<String>>);
    impl Observer for Ears {
        fn waiting(&self, lease: &crate::state::Lease) {
            self.0.lock().unwrap().push(lease.describe());
        }
    }
    let fake = Fake(Arc::default());
    let machine = Machine { attempt: 1 };
    let held = machine.open(&fake).await.unwrap();
    let identity = Identity { project: "p".to_string(), target: "t".to_string() };
    let (holder, ears) = (Machine::holder(), Ears::default());
    let (canceller, cancel) = cancellation();
    let patience = Patience { longest: Duration::from_secs(600), observer: &ears, cancel: &cancel };
    let system = machine.system();
    let waits = Session::open(fake.clone(), &system, &identity, &holder, patience, &fake);
    let stop = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        canceller.cancel();
    };
    let (result, ()) = tokio::join!(waits, stop);
    assert!(matches!(result, Err(ApplyError::Locked { .. })));
    assert_eq!(ears.0.lock().unwrap().len(), 1);
    held.close().await.unwrap();
}
