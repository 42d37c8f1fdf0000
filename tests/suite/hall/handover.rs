//! An office is handed over in the browser: the list is what is open, and who follows takes that list or none.

use tests::browser::Driver;

use super::people::{People, submit};
use super::{Hall, roster};

#[test]
fn an_office_is_handed_over_in_the_browser_with_everything_that_is_open_at_that_moment() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let people = People::of(&driver, &hall);
    let (leaves, follows) = (people.enter("MZJ-社会救助股股长"), people.enter("MZJ-造册复核"));
    let offer = || {
        people.go(&leaves, "/offices");
        leaves.click("a[href='/handover']");
        let chosen = "const to = document.querySelector('#to'); to.value = [...to.options].find((one) => one.textContent === '造册复核').value";
        let _ = leaves.run(chosen, vec![]);
        submit(&leaves, "form[data-draft='/api/v1/drafts/handover']");
        let said = leaves.wait_to_say("件未结事项");
        assert!(said.contains("工作移交（handover.offered）"), "{said}");
        let _ = leaves.sign();
    };
    offer();
    // A roster is drawn after the list was made: who follows would take less than there is.
    let clerk = hall.clerk("MZJ-造册经办");
    let draft = clerk.draft("/api/v1/drafts/roster", &roster("TC0C1"));
    let act = clerk.act_for(&draft, |_| ());
    assert_eq!(clerk.hand_in(&draft, &act).status, 200);
    people.go(&follows, "/handover");
    let said = follows.wait_to_say("事项已变，须重新移交");
    assert!(!said.contains("接收移交"), "{said}");
    offer();
    people.go(&follows, "/");
    let _ = follows.wait_to_say("有 1 份移交清单等您接收");
    follows.click("a[href='/handover']");
    let said = follows.wait_to_say("等待接收");
    assert!(said.contains("TC0C1"), "what is open stands beside it: {said}");
    submit(&follows, "form[data-act='handover.accepted']");
    let _ = follows.sign();
    people.go(&leaves, "/handover");
    let _ = leaves.wait_to_say("已接收");
    let colleague = hall.clerk("MZJ-造册经办");
    let page = colleague.get("/handover").body.as_str().unwrap().to_owned();
    assert!(page.contains("已接收") && !page.contains("接收，去签署"), "{page}");
}
