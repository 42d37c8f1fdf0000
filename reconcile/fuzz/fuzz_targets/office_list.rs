//! Any bytes as a list of an office.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reconcile::office_list::{self, Column};
use reconcile::opened::Opened;
use reconcile::problem::{Code, Problem};

const COLUMNS: &[Column] = &[
    Column { name: "身份证号", aliases: &["证件号码"], is_required: true },
    Column { name: "金额", aliases: &[], is_required: true },
    Column { name: "起始日期", aliases: &[], is_required: false },
];

fuzz_target!(|data: &[u8]| {
    let no_sheet = |_| Err(Problem::of_file(Code::SheetUnreadable, "x"));
    let Ok(opened) = Opened::with("x", data, no_sheet) else { return };
    let Ok(list) = office_list::read(&opened, COLUMNS, &|_| false) else { return };
    let mut problems = Vec::new();
    for row in &list.rows {
        let mut row = list.row(row, &mut problems);
        drop((row.text("身份证号"), row.optional("起始日期")));
    }
});
