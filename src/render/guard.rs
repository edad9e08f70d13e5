//! Runs the template engine so that a mistake of its own cannot end the process.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// What the engine may need for a template that [`super::depth`] lets pass, in an unoptimised build; a server's thread
/// has 2 MiB.
const ROOM: usize = 16 * 1024 * 1024;
const STACK: usize = 64 * 1024 * 1024;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// `None` if `work` panicked. Nothing is told of it on standard error: that is the caller's to report.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = take_hook();
        set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                told(panic);
            }
        }));
    });
    stacker::maybe_grow(ROOM, STACK, || {
        let outside = GUARDED.replace(true);
        let result = catch_unwind(AssertUnwindSafe(work));
        GUARDED.set(outside);
        result.ok()
    })
}
