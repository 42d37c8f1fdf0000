//! smoke
#[test]
fn smoke() {
    let c = tests::given::given("issued");
    println!("{}", c.ledger.books.height);
}
