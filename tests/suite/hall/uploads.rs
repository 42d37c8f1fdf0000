//! Uploads that are too long, too slow or too many rows: they get their answer, and nobody else waits for it.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use tests::clerk::Clerk;

use super::{Hall, roster};

const RESPONSE: &str = "/api/v1/drafts/response?name=reply.csv&batch=D20B0&answered=2020-12-08";

/// An upload of a file: its address and its kind.
const FILE: (&str, &str) = (RESPONSE, "octet-stream");

/// Sends the head of an upload and the first bytes of its body.
fn begin_upload(hall: &Hall, clerk: &Clerk, (path, kind): (&str, &str), length: u64) -> TcpStream {
    let host = hall.server.address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {}\r\ncontent-type: application/{kind}\r\n\
         content-length: {length}\r\n\r\nbegin",
        clerk.cookie
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// What the server says before it lets the connection go.
fn answer(mut stream: TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_mins(2))).unwrap();
    let mut said = Vec::new();
    // It may close while bytes of ours are still under way.
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn what_is_too_long_is_refused_before_it_has_come() {
    let hall = Hall::open();
    let clerk = hall.clerk("CZJ-国库支付复核");
    let json = ("/api/v1/drafts/roster", "json");
    for (what, length) in [(FILE, (256 << 20) + 1), (json, (1 << 20) + 1)] {
        let said = answer(begin_upload(&hall, &clerk, what, length));
        assert!(said.starts_with("HTTP/1.1 413"), "{said}");
        assert!(said.contains("\"code\":\"http.too_large\""), "{said}");
    }
}

#[test]
fn uploads_that_stand_still_are_let_go_and_nobody_waits_for_them() {
    let hall = Hall::open();
    let slow = hall.clerk("CZJ-国库支付复核");
    let alone = begin_upload(&hall, &slow, ("/acts", "octet-stream"), 1 << 19);
    let uploads: Vec<_> = (0..60).map(|_| begin_upload(&hall, &slow, FILE, 1 << 20)).collect();
    let maker = hall.clerk("MZJ-造册经办");
    let draft = maker.draft("/api/v1/drafts/roster", &roster("TC0C0"));
    let act = maker.act_for(&draft, |_| ());
    assert_eq!(maker.hand_in(&draft, &act).status, 200);
    for upload in uploads {
        let said = answer(upload);
        assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    }
    let said = answer(alone);
    assert!(said.starts_with("HTTP/1.1 408") && said.contains("http.slow"), "{said}");
    assert_eq!(maker.get("/api/v1/funds").status, 200);
}

/// A response file of so many rows for a batch of fewer payments, of which only the first row is about one.
fn long_response(hall: &Hall, rows: usize) -> Vec<u8> {
    let request = std::fs::read(hall.dir.join("bank/D20B0/102320201106D20B0.txt")).unwrap();
    let request = encoding_rs::GB18030.decode(&request).0.into_owned();
    let mut first = request.lines().nth(1).unwrap().split('|').skip(1);
    let (name, amount, account) =
        (first.next().unwrap(), first.next().unwrap(), first.next().unwrap());
    let mut text = String::from("姓名,卡号,应处理金额,备注,实处理金额,处理标志\r\n");
    write!(text, "{name},{account},{amount},D20B00000001,{amount},全部成功\r\n").unwrap();
    for row in 2..=rows {
        let account = 6_222_000_000_000_000_000_u64 + u64::try_from(row).unwrap();
        write!(text, "测{row},{account},100.00,D20B0{row:07},0.00,已销户\r\n").unwrap();
    }
    encoding_rs::GB18030.encode(&text).0.into_owned()
}

#[test]
fn a_million_rows_get_their_answer_and_others_theirs_meanwhile() {
    let hall = Hall::open();
    let clerk = hall.clerk("CZJ-国库支付复核");
    let bytes = long_response(&hall, 1_000_000);
    let refused = clerk.post_bytes(RESPONSE, &bytes);
    assert_eq!((refused.status, refused.code()), (422, "response.mismatches"), "{refused:?}");
    let said = refused.body["title"].as_str().unwrap();
    let strays = said.split("注明对不上的行数").nth(1).unwrap();
    let strays: String = strays.chars().take_while(char::is_ascii_digit).collect();
    let insisted = format!("{RESPONSE}&mismatches={strays}");
    let maker = hall.clerk("MZJ-造册经办");
    let made = std::thread::scope(|scope| {
        let made = scope.spawn(|| clerk.post_bytes(&insisted, &bytes));
        // Another person works meanwhile.
        let draft = maker.draft("/api/v1/drafts/roster", &roster("TC0C0"));
        let act = maker.act_for(&draft, |_| ());
        assert_eq!(maker.hand_in(&draft, &act).status, 200);
        assert!(!made.is_finished(), "a million rows are no moment's work");
        made.join().unwrap()
    });
    assert_eq!(made.status, 200, "{made:?}");
    let draft = made.body["draft"].as_str().unwrap();
    let facts = clerk.get(&format!("/api/v1/drafts/{draft}")).body;
    assert_eq!(facts["body"]["manifest"]["count"], 1_000_000, "{facts}");
    let page = clerk.get(&format!("/drafts/{draft}"));
    let length = page.body.as_str().unwrap().len();
    assert!((1..200_000).contains(&length), "{length} bytes");
}

#[test]
fn four_large_acts_are_taken_in_at_once_and_small_ones_always() {
    let hall = Hall::open();
    let clerk = hall.clerk("MZJ-造册经办");
    let acts = ("/acts", "octet-stream");
    let large: Vec<_> = (0..12).map(|_| begin_upload(&hall, &clerk, acts, 200 << 20)).collect();
    let draft = clerk.draft("/api/v1/drafts/roster", &roster("TC0C0"));
    let act = clerk.act_for(&draft, |_| ());
    assert_eq!(clerk.hand_in(&draft, &act).status, 200);
    let small = clerk.post_bytes("/acts", b"no act");
    assert_eq!(small.status, 422, "{small:?}");
    let said: Vec<String> = large.into_iter().map(answer).collect();
    let refused = |said: &&String| {
        said.starts_with("HTTP/1.1 429") && said.contains("\"code\":\"acts.too_many\"")
    };
    assert_eq!(said.iter().filter(refused).count(), 8, "{said:?}");
    // The others stood still, and are let go as well.
    assert!(said.iter().all(|said| said.starts_with("HTTP/1.1 4")), "{said:?}");
}
