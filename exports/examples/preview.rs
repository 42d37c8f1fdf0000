//! Writes every kind of document from an invented month into a folder, to be looked at:
//! `cargo run -p exports --example preview -- FOLDER`

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use exports::bulletin::{self, BulletinHead, Comparison, Disclosure, Requirement};
use exports::table::{Report, Standing};
use exports::{month_end, reconciliation_statement};

#[expect(clippy::unwrap_used, reason = "the sample is made by hand and tested")]
#[path = "../src/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: preview FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    let (month, before) = (sample::month(), sample::month_before());
    let write = |name: &str, report: &Report| -> Result<(), Box<dyn Error>> {
        std::fs::write(folder.join(format!("{name}.md")), report.to_markdown())?;
        std::fs::write(folder.join(format!("{name}.xlsx")), report.to_xlsx()?)?;
        Ok(())
    };
    write("月结报告", &month_end::report(&month, Some(&before), &banks()?, Standing::Closed)?)?;
    for account in &month.accounts {
        let report = reconciliation_statement::report(&month, account, Standing::Closed)?;
        write(&format!("余额调节表-{}", account.account), &report)?;
    }
    for standing in [Standing::Closed, Standing::Provisional] {
        let comparison = Comparison { previous: Some(&before), last_year: None };
        for document in bulletin::write(&month, comparison, &head()?, standing)? {
            std::fs::write(folder.join(document.name), document.bytes)?;
        }
    }
    Ok(())
}

fn banks() -> Result<month_end::Banks, Box<dyn Error>> {
    let mut banks = month_end::Banks::default();
    banks.of_account.insert("ZH-01".parse()?, "青山农商行".to_owned());
    for batch in ["C20A0", "D20A0"] {
        banks.of_batch.insert(batch.parse()?, "ZH-01".parse()?);
    }
    Ok(banks)
}

fn head() -> Result<BulletinHead, Box<dyn Error>> {
    Ok(BulletinHead {
        issuer: "青山县民政局".to_owned(),
        number: "青民发〔2020〕12号".to_owned(),
        addressees: "各乡镇人民政府".to_owned(),
        basis: "《关于建立困难群众生活救助资金发放月通报制度的通知》".to_owned(),
        area: "全县".to_owned(),
        parts: "各乡镇".to_owned(),
        signed_on: "2020-11-05".parse()?,
        copies_to: "县财政局、县审计局、县纪委监委派驻纪检监察组".to_owned(),
        requirements: vec![
            Requirement {
                by: "2020-11-20".parse()?, text: "完成退汇核实和补发".to_owned()
            },
            Requirement { by: "2020-11-20".parse()?, text: "补齐先行救助手续".to_owned() },
        ],
        report_by: Some("2020-11-25".parse()?),
        disclosure: Disclosure::Withheld,
        remarks: BTreeMap::from([("DB-R".parse()?, "标准4853元/人·年。".to_owned())]),
    })
}
