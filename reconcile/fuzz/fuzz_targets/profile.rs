//! Any text as a profile. One that is accepted reads a file without harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reconcile::opened::Opened;
use reconcile::profile::{Direction, Profile};
use reconcile::response;

const FILE: &str = "姓名,卡号,应处理金额,备注,实处理金额,处理标志\r\n张测试,6228480000000000018,404.00,D20A00000001,404.00,全部成功\r\n";

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Profile::from_toml("x.toml", text) {
        Ok(profile) => {
            let opened = Opened::here("x", FILE.as_bytes()).expect("the file is a text");
            let replies = profile.layouts.iter().filter(|l| l.direction == Direction::Reply);
            for layout in replies {
                drop(response::read(layout, &opened, &response::Given::default()));
            }
        }
        Err(problems) => assert!(!problems.is_empty(), "refused without a word"),
    }
});
