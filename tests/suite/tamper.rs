//! to come
#[test]
fn try_it() {
    let dir = tempfile::tempdir().unwrap();
    let t = std::time::Instant::now();
    let village = tests::village::Village::played(dir.path(), tests::village::ORIGIN, 1);
    println!("{:?}", t.elapsed());
    let p = tests::program::Program::at(env!("CARGO_BIN_EXE_doudi-under-test"));
    println!("{:?}", p.verify(village.dir(), &village.dir().join("trust")));
    println!("{:?}", t.elapsed());
    let _ = std::fs::remove_dir_all("/tmp/villageT");
    tests::program::copy_folder(dir.path(), std::path::Path::new("/tmp/villageT"));
}
