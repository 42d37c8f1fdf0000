//! How much memory each layout takes to be read, over the size of its file: every good case file made long by repeating its
//! lines, and the same with every line damaged. `cargo run --release --manifest-path fuzz/Cargo.toml --bin memory`.

use std::fs;
use std::path::{Path, PathBuf};

use peak_alloc::PeakAlloc;
use reconcile::opened::Opened;
use reconcile::problem::{Code, Problem};
use reconcile::profile::{Direction, Layout, Profile};
use reconcile::{refund, response, statement};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// About so long a file becomes.
const SIZE: usize = 16 << 20;

fn main() -> std::io::Result<()> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/bank-files");
    for profile in Profile::built_in() {
        let Ok(files) = fs::read_dir(cases.join(&profile.id)) else { continue };
        let mut files: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
        files.sort();
        for layout in &profile.layouts {
            let reads = |bytes: &[u8]| read(layout, bytes).is_some_and(|problems| problems == 0);
            let good = files.iter().filter(|path| !path.to_string_lossy().ends_with(".expected"));
            let good = good.filter_map(|path| Some((path, fs::read(path).ok()?)));
            let Some((path, bytes)) = good.into_iter().find(|(_, bytes)| reads(bytes)) else {
                println!("{}/{}: no file", profile.id, layout.id);
                continue;
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for (what, long) in [("repeated", repeated(&bytes)), ("damaged", damaged(&repeated(&bytes)))] {
                let before = MEMORY.current_usage();
                MEMORY.reset_peak_usage();
                let problems = read(layout, &long);
                let peak = MEMORY.peak_usage() - before + long.len();
                println!(
                    "{:<28} {what:<9} {name:<24} {:>9} bytes, {:>5.2} times the file, {problems:?} problems",
                    format!("{}/{}", profile.id, layout.id),
                    long.len(),
                    peak as f64 / long.len() as f64,
                );
            }
        }
    }
    Ok(())
}

/// How many problems there are; `None` for what is not read here.
fn read(layout: &Layout, bytes: &[u8]) -> Option<usize> {
    let no_sheet = |_| Err(Problem::of_file(Code::SheetUnreadable, "x"));
    let opened = Opened::with("x", bytes, no_sheet).ok()?;
    let given = response::Given {
        batch: "D20A0".parse().ok(),
        answered_on: "2020-10-12".parse().ok(),
    };
    let problems = match layout.direction {
        Direction::Request => return None,
        Direction::Reply => response::read(layout, &opened, &given).err(),
        Direction::Refund => refund::read(layout, &opened, &given).err(),
        Direction::Statement => statement::read(layout, &opened, "14001000000000000018").err(),
    };
    Some(problems.map_or(0, |problems| problems.len()))
}

/// The middle line of a text, or the middle element of a document, again and again.
fn repeated(bytes: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let middle = lines.len() / 2;
    let (above, rest) = lines.split_at(middle);
    let mut long = above.concat();
    while long.len() < SIZE {
        long.extend_from_slice(rest[0]);
    }
    long.extend(rest.concat());
    long
}

/// Every amount is one no more.
fn damaged(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let dots: Vec<usize> =
        (0..bytes.len() - 2).filter(|at| bytes[*at] == b'.' && bytes[at + 1].is_ascii_digit()).collect();
    for at in dots {
        bytes[at] = b'x';
    }
    bytes
}
