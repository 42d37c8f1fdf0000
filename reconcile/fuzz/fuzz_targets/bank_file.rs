//! Any bytes as a bank file of any built-in layout. The first byte names the layout, the rest is the file. Spreadsheets are
//! parsed in a process of their own and are not for this target.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;
use reconcile::detect::detect;
use reconcile::opened::Opened;
use reconcile::problem::{Code, Problem};
use reconcile::profile::{Direction, Layout, Profile};
use reconcile::{refund, response, statement};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Besides four times the file: the thousands of problems that are told of each kind take as much whatever the file's size.
const FIXED: usize = 8 << 20;

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(Profile::built_in);
static LAYOUTS: LazyLock<Vec<&Layout>> =
    LazyLock::new(|| PROFILES.iter().flat_map(|profile| &profile.layouts).collect());

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let no_sheet = |_| Err(Problem::of_file(Code::SheetUnreadable, "x"));
    let Ok(opened) = Opened::with("x", bytes, no_sheet) else { return };
    let layout = LAYOUTS[usize::from(*first) % LAYOUTS.len()];
    let given = response::Given {
        batch: "D20A0".parse().ok(),
        answered_on: "2020-10-12".parse().ok(),
    };
    // A file is read whole, or says why not.
    let problems = match layout.direction {
        Direction::Request => detect(&opened, None, &PROFILES).err(),
        Direction::Reply => response::read(layout, &opened, &given).err(),
        Direction::Refund => refund::read(layout, &opened, &given).err(),
        Direction::Statement => {
            statement::read(layout, &opened, "14001000000000000018").err()
        }
    };
    let taken = MEMORY.peak_usage().saturating_sub(before) + bytes.len();
    assert!(taken <= 4 * bytes.len() + FIXED, "{taken} bytes of memory for {} of a file", bytes.len());
    assert!(problems.is_none_or(|problems| !problems.is_empty()), "refused without a word");
});
