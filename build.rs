//! Lets the binary and the tests find the shared libduckdb that they were linked with.

fn main() {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    if std::env::var_os("CARGO_FEATURE_BUNDLED").is_some() {
        return;
    }
    if let Some(dir) = std::env::var_os("DUCKDB_LIB_DIR") {
        let dir = std::path::PathBuf::from(dir);
        // `.lib` may be a link into the user's cache: the resolved path survives a removed checkout.
        let dir = dir.canonicalize().unwrap_or(dir);
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", dir.display());
    }
}
