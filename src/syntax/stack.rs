//! Room on the stack for recursions that are as deep as the user's text: a server's thread has 2 MiB.

/// Less room than this is left on the stack before it grows: several frames of an unoptimized build.
const RED_ZONE: usize = 256 * 1024;
const GROWTH: usize = 4 * 1024 * 1024;

/// What a whole recursion may need that has no place for [`deeper`]: of sqlparser, or one that the compiler derived.
const WHOLE: usize = 3 * 1024 * 1024;
const WHOLE_STACK: usize = 8 * 1024 * 1024;

/// Runs one step of a recursion.
pub(crate) fn deeper<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, GROWTH, step)
}

/// Runs a whole recursion, whose depth is limited by the bridge.
pub(crate) fn with_room<T>(recursion: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(WHOLE, WHOLE_STACK, recursion)
}

/// Runs what walks trees over and over, so that [`with_room`] inside it hardly ever has to make room again.
pub(crate) fn with_much_room<T>(all: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(2 * WHOLE, WHOLE_STACK, all)
}
