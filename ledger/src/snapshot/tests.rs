use super::is_due;

#[test]
fn a_small_ledger_needs_no_snapshot_and_a_large_one_has_them_further_apart() {
    assert!(!is_due(0, 65_535));
    assert!(is_due(0, 65_536));
    assert!(!is_due(10_000_000, 10_100_000));
    assert!(is_due(10_000_000, 10_160_000));
}
