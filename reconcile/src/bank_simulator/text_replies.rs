//! How the simulated bank answers in fixed columns, bars and XML.

use std::fmt::Write as _;

use ledger::money::Money;

use super::replies::Treated;
use super::{BankFile, Fate, Order, Product, Refused, Script};
use crate::text::encode_gb18030;

/// The bank's words, its code in `fixed-fen`, and its code in ISO 20022.
const WORDS: [(&str, &str, &str); 5] = [
    ("户名不符", "E031", "BE01"),
    ("销户", "E018", "AC04"),
    ("冻结", "E017", "AC06"),
    ("信息错", "E009", "AC01"),
    ("账号不存在", "E009", "AC01"),
];

/// What became of an order.
enum Said<'a> {
    Paid,
    Failed(&'a str),
    Waits,
    Lost,
}

/// The bank's answer to a request in one of these layouts.
pub(super) fn reply(
    product: Product,
    treated: &[Treated],
    script: &Script,
) -> Result<Vec<BankFile>, Refused> {
    let said: Vec<(&Order, Said<'_>)> = treated
        .iter()
        .map(|(order, fate)| Ok((order, said(fate.as_ref())?)))
        .collect::<Result<_, Refused>>()?;
    let text = match product {
        Product::FixedFen => fixed_fen(&said)?,
        Product::GbkPair => gbk_pair(&said, script)?,
        Product::CcbPipe => bars(&said),
        Product::Mof8207 => voucher(&said, script)?,
        Product::IsoPain => status_report(&said, script)?,
        Product::RcbPipeHead | Product::IcbcCsv | Product::IcbcXlsx => {
            return Err(Refused::Unwritable("该产品另有回盘".to_owned()));
        }
    };
    let is_xml = matches!(product, Product::Mof8207 | Product::IsoPain);
    let ending = if is_xml { "xml" } else { "txt" };
    let name = format!("回盘{}.{ending}", script.today.to_compact());
    let bytes = if is_xml { text.into_bytes() } else { encoded(&text)? };
    Ok(vec![BankFile { name, bytes }])
}

fn said(fate: Option<&Fate>) -> Result<Said<'_>, Refused> {
    Ok(match fate {
        None | Some(Fate::Returns(..)) => Said::Paid,
        Some(Fate::Fails(words)) => Said::Failed(words),
        Some(Fate::Waits) => Said::Waits,
        Some(Fate::Lost) => Said::Lost,
        Some(Fate::Part(_)) => return Err(Refused::NoParts),
    })
}

fn encoded(text: &str) -> Result<Vec<u8>, Refused> {
    encode_gb18030(text).map_err(|error| Refused::Unwritable(error.to_string()))
}

fn code_of(words: &str) -> Result<(&'static str, &'static str), Refused> {
    let known = WORDS.iter().find(|(word, ..)| words.contains(word));
    let known = known.ok_or_else(|| Refused::Unwritable(format!("没有“{words}”的代码")))?;
    Ok((known.1, known.2))
}

/// The text with blanks behind it, so many bytes.
fn filled(text: &str, bytes: usize) -> Result<String, Refused> {
    let rest = bytes.checked_sub(encoded(text)?.len());
    let rest = rest.ok_or_else(|| Refused::Unwritable(format!("“{text}”太长")))?;
    Ok(format!("{text}{}", " ".repeat(rest)))
}

fn total<'a>(orders: impl Iterator<Item = &'a Order>) -> Result<Money, Refused> {
    Money::total(orders.map(|order| order.amount)).ok_or(Refused::SumsDiffer)
}

fn fixed_fen(said: &[(&Order, Said<'_>)]) -> Result<String, Refused> {
    let mut text = String::new();
    for (order, said) in said {
        let code = match said {
            Said::Paid => "0000",
            Said::Failed(words) => code_of(words)?.0,
            Said::Waits => "P000",
            Said::Lost => "U000",
        };
        let (account, name) = (filled(&order.account, 28)?, filled(&order.name, 60)?);
        let (fen, remark) = (order.amount.fen(), filled(&order.remark, 20)?);
        let _ = write!(text, "{:0>8}{account}{name}{fen:015}{remark}{code}\r\n", order.number);
    }
    let sum = total(said.iter().map(|(order, _)| *order))?.fen();
    Ok(text + &format!("T{:08}{sum:018}\r\n", said.len()))
}

/// What is not decided is left out of the file.
fn gbk_pair(said: &[(&Order, Said<'_>)], script: &Script) -> Result<String, Refused> {
    let decided: Vec<_> =
        said.iter().filter(|(_, said)| !matches!(said, Said::Waits | Said::Lost)).collect();
    let mut text = String::new();
    for (order, said) in &decided {
        let code = if matches!(said, Said::Paid) { "0010101" } else { "0020101" };
        let (number, account) = (filled(&order.number, 8)?, filled(&order.account, 32)?);
        let (name, fen) = (filled(&order.name, 60)?, order.amount.fen());
        let day = script.today.to_compact();
        let remark = filled(&order.remark, 20)?;
        let nobody = " ".repeat(24);
        let _ =
            write!(text, "{number}{account}{name}{fen:>16}{nobody}{day}CNY {code} {remark}\r\n");
    }
    let sum = total(decided.iter().map(|(order, _)| *order))?.fen();
    Ok(text + &format!("合计    {:>10}{sum:>20}\r\n", decided.len()))
}

fn bars(said: &[(&Order, Said<'_>)]) -> String {
    let rows = said.iter().map(|(order, said)| {
        let (status, words) = match said {
            Said::Paid => ("01", ""),
            Said::Failed(words) => ("02", *words),
            Said::Waits => ("03", ""),
            Said::Lost => ("09", ""),
        };
        let Order { number, account, name, remark, .. } = order;
        let amount = order.amount.to_yuan();
        format!("{number}|{status}|{account}|{name}|{amount}|{remark}|{words}|\r\n")
    });
    rows.collect()
}

/// The treasury's voucher with the bank's elements. What is not decided has no day, no amount and no reason.
fn voucher(said: &[(&Order, Said<'_>)], script: &Script) -> Result<String, Refused> {
    let day = script.today.to_compact();
    let mut details = String::new();
    let mut paid = Vec::new();
    for (order, said) in said {
        let (when, amount, code, words) = match said {
            Said::Paid => {
                paid.push(*order);
                (day.as_str(), order.amount, "", "")
            }
            Said::Failed(words) => ("", Money::ZERO, "99", *words),
            Said::Waits | Said::Lost => ("", Money::ZERO, "", ""),
        };
        let _ = write!(
            details,
            "<Detail><Id>{}</Id><PayeeAcctNo>{}</PayeeAcctNo><PayeeAcctName>{}</PayeeAcctName><PayAmt>{}</PayAmt>\
             <XPayDate>{when}</XPayDate><XAgentBusinessNo/><XPayAmt>{}</XPayAmt><XAddWordCode>{code}</XAddWordCode>\
             <XAddWord>{}</XAddWord></Detail>\r\n",
            order.remark,
            order.account,
            escaped(&order.name),
            order.amount.to_yuan(),
            amount.to_yuan(),
            escaped(words),
        );
    }
    let sum = total(said.iter().map(|(order, _)| *order))?.to_yuan();
    let settled = total(paid.into_iter())?.to_yuan();
    let year = script.today.year();
    Ok(format!(
        "<VoucherBody AdmDivCode=\"141130000\" StYear=\"{year}\" VtCode=\"8207\" VoucherNo=\"1\"><Voucher><VouDate>{day}</VouDate>\
         <OriginalVtCode>5201</OriginalVtCode><OriginalVoucherNo>1</OriginalVoucherNo><PayTypeCode>11</PayTypeCode>\
         <SumAmt>{sum}</SumAmt><XSumAmt>{settled}</XSumAmt><DetailList>\r\n{details}</DetailList></Voucher></VoucherBody>\r\n"
    ))
}

fn status_report(said: &[(&Order, Said<'_>)], script: &Script) -> Result<String, Refused> {
    let mut parts = String::new();
    for (order, said) in said {
        let (status, reason) = match said {
            Said::Paid => ("ACSC", String::new()),
            Said::Failed(words) => {
                let code = code_of(words)?.1;
                let words = escaped(words);
                let reason = format!("<Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{words}</AddtlInf>");
                ("RJCT", format!("<StsRsnInf>{reason}</StsRsnInf>"))
            }
            Said::Waits | Said::Lost => ("PDNG", String::new()),
        };
        let _ = write!(
            parts,
            "<TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason}<OrgnlTxRef><Amt>\
             <InstdAmt Ccy=\"CNY\">{}</InstdAmt></Amt><Cdtr><Nm>{}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>{}</Id></Othr></Id>\
             </CdtrAcct></OrgnlTxRef></TxInfAndSts>\r\n",
            order.remark,
            order.amount.to_yuan(),
            escaped(&order.name),
            order.account,
        );
    }
    let sum = total(said.iter().map(|(order, _)| *order))?.to_yuan();
    Ok(format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>1</MsgId>\
         <CreDtTm>{}T16:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>1</OrgnlMsgId><OrgnlNbOfTxs>{}</OrgnlNbOfTxs>\
         <OrgnlCtrlSum>{sum}</OrgnlCtrlSum><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\r\n{parts}\
         </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\r\n",
        script.today,
        said.len(),
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
