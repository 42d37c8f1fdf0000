//! Writes the seed corpus from the case files of the tests: each text file under each layout of its profile.

use std::fs;
use std::path::Path;

use reconcile::profile::Profile;

fn main() -> std::io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = here.join("../../tests/data/bank-files");
    let corpus = here.join("corpus");
    for target in ["bank_file", "profile", "office_list"] {
        fs::create_dir_all(corpus.join(target))?;
    }
    let profiles = Profile::built_in();
    let layouts: Vec<_> = profiles
        .iter()
        .flat_map(|profile| profile.layouts.iter().map(move |_| profile.id.clone()))
        .collect();
    let mut count = 0;
    for (at, id) in (0_u8..).zip(&layouts) {
        let Ok(files) = fs::read_dir(cases.join(id)) else { continue };
        for file in files {
            let path = file?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = fs::read(&path)?;
            let is_sheet = bytes.starts_with(b"PK") || bytes.starts_with(b"\xd0\xcf\x11\xe0");
            if name.ends_with(".expected") || is_sheet {
                continue;
            }
            let seed = [&[at], bytes.as_slice()].concat();
            fs::write(corpus.join(format!("bank_file/{at:02}-{id}-{name}")), seed)?;
            fs::write(corpus.join(format!("office_list/{id}-{name}")), bytes)?;
            count += 1;
        }
    }
    for file in fs::read_dir(here.join("../profiles"))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        fs::copy(&path, corpus.join("profile").join(name))?;
    }
    println!("{count} seeds of {} layouts", layouts.len());
    Ok(())
}
