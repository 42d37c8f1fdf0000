//! Tables and reports as Markdown.

use std::fmt::Write as _;

use super::{DRAFT, Kind, Report, Row, Table};

impl Table {
    /// The table alone: title, origin, rows, notes. `level` is the depth of its heading, from 1.
    #[must_use]
    pub fn to_markdown(&self, level: usize) -> String {
        let mut text = format!("{} {}\n\n", "#".repeat(level), escaped(&self.title));
        line(&mut text, &format!("> {}\n", escaped(&self.provenance.to_string())));
        let heads: Vec<_> = self.columns.iter().map(|column| escaped(&column.head)).collect();
        line(&mut text, &row_of(&heads));
        let rules: Vec<_> =
            self.columns.iter().map(|column| rule(column.kind).to_owned()).collect();
        line(&mut text, &row_of(&rules));
        for row in &self.rows {
            line(&mut text, &row_of(&cells(row)));
        }
        if self.rows.is_empty() {
            let none = (0..self.columns.len()).map(|n| if n == 0 { "无" } else { "" }.to_owned());
            line(&mut text, &row_of(&none.collect::<Vec<_>>()));
        }
        for (n, note) in (1..).zip(&self.notes) {
            let break_before = if n == 1 { "\n" } else { "" };
            let label =
                if self.notes.len() == 1 { "注：".to_owned() } else { format!("注{n}：") };
            line(&mut text, &format!("{break_before}{label}{}  ", escaped(note)));
        }
        text
    }
}

impl Report {
    /// The report as Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# {}\n\n> **{DRAFT}**\n", escaped(&self.title));
        if let Some(warning) = self.standing.warning() {
            let _ = write!(text, ">\n> **【{warning}】**\n");
        }
        for table in self.sheets.iter().flat_map(|sheet| &sheet.tables) {
            text.push('\n');
            text.push_str(&table.to_markdown(2));
        }
        if !self.signatures.is_empty() {
            let places: Vec<_> =
                self.signatures.iter().map(|place| format!("{place}：＿＿＿＿＿＿")).collect();
            let _ = write!(text, "\n{}\n", places.join("　　"));
        }
        text
    }
}

fn cells(row: &Row) -> Vec<String> {
    let cell = |shown: String| {
        if row.is_total && !shown.is_empty() { format!("**{shown}**") } else { shown }
    };
    row.cells.iter().map(|one| cell(escaped(&one.shown()))).collect()
}

fn row_of(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

const fn rule(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Code => ":---",
        Kind::Date => ":---:",
        Kind::Yuan | Kind::Wan | Kind::Count | Kind::Percent | Kind::Figure => "---:",
    }
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// Text that came from the log must not be read as markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '|' | '<' | '>' | '*' | '_' | '`' | '[' | ']' | '#' => {
                safe.push('\\');
                safe.push(character);
            }
            '\r' | '\n' => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Kind, Provenance, Standing, Table};
    use super::escaped;
    use crate::sample;

    fn table(standing: Standing) -> Table {
        let origin = Provenance::of(&sample::month(), standing).scoped("测试");
        let mut table = Table::new("样表", origin, &[("名称", Kind::Text), ("金额", Kind::Yuan)]);
        table.push(vec![Cell::text("甲|乙"), Cell::Yuan("1234.5".parse_yuan())]);
        table.push_total(vec![Cell::text("合计"), Cell::Absent]);
        table.noted("说明")
    }

    trait ParseYuan {
        fn parse_yuan(&self) -> ledger::money::Money;
    }

    impl ParseYuan for str {
        fn parse_yuan(&self) -> ledger::money::Money {
            ledger::money::Money::parse_yuan(self).unwrap()
        }
    }

    #[test]
    fn money_stands_right_with_separators_and_sums_are_bold() {
        let text = table(Standing::Closed).to_markdown(2);
        assert!(
            text.contains("| :--- | ---: |\n| 甲\\|乙 | 1,234.50 |\n| **合计** | **—** |"),
            "{text}"
        );
        assert!(text.ends_with("注：说明  \n"));
    }

    #[test]
    fn a_table_says_scope_month_height_and_fingerprint() {
        let text = table(Standing::Closed).to_markdown(2);
        let month = sample::month();
        for part in
            ["口径：测试", "期间：2020年10月", "台账高度：1234", &month.digest().to_string()]
        {
            assert!(text.contains(part), "{part}");
        }
        assert!(!text.contains("未月结"));
        assert!(table(Standing::Provisional).to_markdown(2).contains("【未月结·试算】"));
    }

    #[test]
    fn text_of_the_log_cannot_become_markup() {
        assert_eq!(escaped("a|b\n<c>"), "a\\|b \\<c\\>");
    }
}
