//! Which layout of which profile a file has: exactly one must fit, and each that does not says why.

use crate::misfit::Misfit;
use crate::opened::Opened;
use crate::problem::{Code, Problem};
use crate::profile::{Direction, Layout, Profile};

/// Finds the one layout that fits. A profile's name narrows the search down; it never forces a layout.
/// The file's name counts too: banks say things in it.
///
/// # Errors
/// Why no layout fits, or which ones do if there are several: the first problem sums up, and one problem per
/// layout follows, the nearest first.
pub fn detect<'a>(
    opened: &Opened<'_>,
    named: Option<&str>,
    profiles: &'a [Profile],
) -> Result<(&'a Profile, &'a Layout), Vec<Problem>> {
    among(opened, named, profiles, |_| true)
}

/// As [`detect`], for who brings a file of one direction: of the layouts that do not fit, only those of that direction say why,
/// where the search has one.
///
/// # Errors
/// As [`detect`].
pub fn detect_as<'a>(
    opened: &Opened<'_>,
    named: Option<&str>,
    profiles: &'a [Profile],
    direction: Direction,
) -> Result<(&'a Profile, &'a Layout), Vec<Problem>> {
    among(opened, named, profiles, |layout| layout.direction == direction)
}

fn among<'a>(
    opened: &Opened<'_>,
    named: Option<&str>,
    profiles: &'a [Profile],
    is_wanted: impl Fn(&Layout) -> bool,
) -> Result<(&'a Profile, &'a Layout), Vec<Problem>> {
    let file = opened.file;
    let problem = |code| Problem::of_file(code, file);
    let asked: Vec<_> =
        profiles.iter().filter(|profile| named.is_none_or(|id| profile.is_named(id))).collect();
    if asked.is_empty() {
        return Err(vec![problem(Code::ProfileUnknown).found(named.unwrap_or_default())]);
    }
    let mut fitting: Vec<(&Profile, &Layout)> = Vec::new();
    let mut misfits = Vec::new();
    for profile in asked {
        for layout in &profile.layouts {
            let fit = opened.head(layout).and_then(|()| file_name_agrees(profile, layout, file));
            match fit {
                Ok(()) => fitting.push((profile, layout)),
                Err(why) => misfits.push((why, place(profile, layout), is_wanted(layout))),
            }
        }
    }
    let has_wanted = misfits.iter().any(|(.., is_wanted)| *is_wanted);
    let misfits = misfits.into_iter().filter(|(.., is_wanted)| *is_wanted || !has_wanted);
    let misfits = misfits.map(|(why, place, _)| (why, place)).collect();
    // Of several versions of one profile the newest counts; the older ones are for files that only they fit.
    let all = fitting.clone();
    fitting.retain(|(profile, _)| {
        !all.iter().any(|(other, _)| other.id == profile.id && other.version > profile.version)
    });
    match fitting.as_slice() {
        [(profile, layout)] => Ok((profile, layout)),
        [] => {
            let reasons = by_reason(misfits).into_iter().map(|(why, places)| {
                problem(Code::LayoutDoesNotFit).in_column(places.join("、")).found(why)
            });
            Err(std::iter::once(problem(Code::LayoutNoneFits)).chain(reasons).collect())
        }
        [..] => {
            let places: Vec<_> = fitting.iter().map(|(one, layout)| place(one, layout)).collect();
            Err(vec![problem(Code::LayoutSeveralFit).found(places.join("、"))])
        }
    }
}

/// A layout's name. Only a later version says which one it is.
fn place(profile: &Profile, layout: &Layout) -> String {
    let version = if profile.version > 1 { format!("@{}", profile.version) } else { String::new() };
    format!("{}{version}/{}", profile.id, layout.id)
}

/// Each reason once with its layouts, the nearest first.
fn by_reason(mut misfits: Vec<(Misfit, String)>) -> Vec<(String, Vec<String>)> {
    misfits.sort_by_key(|(why, _)| why.distance());
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for (why, place) in misfits {
        let why = why.to_string();
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, places)) => places.push(place),
            None => reasons.push((why, vec![place])),
        }
    }
    reasons
}

/// A name may be anything, but not another layout's of the same bank and direction: a list of successes under
/// the name of a list of failures is one of the two in disguise.
fn file_name_agrees(profile: &Profile, layout: &Layout, file: &str) -> Result<(), Misfit> {
    let name = base_name(file);
    let fits = |layout: &Layout| layout.file_name.as_ref().is_some_and(|own| own.fits(name));
    let other = profile
        .layouts
        .iter()
        .find(|other| other.id != layout.id && other.direction == layout.direction && fits(other));
    match other {
        Some(other) if !fits(layout) => Err(Misfit::NameOf(other.id.clone())),
        Some(_) | None => Ok(()),
    }
}

/// The name without folders.
pub(crate) fn base_name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::{detect, detect_as};
    use crate::opened::Opened;
    use crate::problem::Code;
    use crate::profile::{Direction, Profile};
    use crate::text::encode_gb18030;

    const REPLY: &str = "姓名,卡号,应处理金额,备注,实处理金额,处理标志\r\n\
        张测试,6228480000000000018,404.00,D20A00000001,404.00,全部成功\r\n";

    fn codes(text: &str, file: &str, named: Option<&str>) -> Vec<Code> {
        let bytes = encode_gb18030(text).unwrap();
        let opened = match Opened::here(file, &bytes) {
            Ok(opened) => opened,
            Err(problem) => return vec![problem.code],
        };
        let problems = detect(&opened, named, &Profile::built_in()).unwrap_err();
        problems.iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn exactly_one_layout_fits_a_file_in_either_encoding() {
        let profiles = Profile::built_in();
        let gb = encode_gb18030(REPLY).unwrap();
        for bytes in [&gb[..], REPLY.as_bytes(), format!("\u{feff}{REPLY}").as_bytes()] {
            let opened = Opened::here("回盘.csv", bytes).unwrap();
            let (profile, layout) = detect(&opened, None, &profiles).unwrap();
            assert_eq!((profile.id.as_str(), layout.id.as_str()), ("icbc-batch", "reply"));
        }
    }

    #[test]
    fn a_file_that_nothing_fits_says_why_for_every_layout() {
        let profiles = Profile::built_in();
        let layouts: usize = profiles.iter().map(|profile| profile.layouts.len()).sum();
        let opened = Opened::here("x.csv", "姓名,电话\r\n张测试,1\r\n".as_bytes()).unwrap();
        let problems = detect(&opened, None, &profiles).unwrap_err();
        assert_eq!(problems[0].code, Code::LayoutNoneFits);
        let places = problems[1..].iter().filter_map(|problem| problem.column.as_deref());
        assert_eq!(places.flat_map(|places| places.split('、')).count(), layouts);
        assert!(problems[1].column.as_deref().unwrap().starts_with("icbc-batch"));
    }

    #[test]
    fn who_brings_a_statement_is_told_why_it_is_no_statement() {
        let profiles = Profile::built_in();
        let opened = Opened::here("x.csv", "日期,摘要\r\n2020-12-01,工资\r\n".as_bytes()).unwrap();
        let told = |named| {
            let problems = detect_as(&opened, named, &profiles, Direction::Statement).unwrap_err();
            let places = problems.iter().filter_map(|problem| problem.column.clone());
            places.flat_map(|all| all.split('、').map(str::to_owned).collect::<Vec<_>>()).collect()
        };
        let all: Vec<String> = told(None);
        assert!(all.len() > 5 && all.iter().all(|one| one.ends_with("/statement")), "{all:?}");
        let none: Vec<String> = told(Some("icbc-batch"));
        assert!(none.iter().any(|one| one == "icbc-batch/reply"), "{none:?}");
        // A response is known for one, whatever was asked for.
        let reply = Opened::here("x.csv", REPLY.as_bytes()).unwrap();
        let found = detect_as(&reply, None, &profiles, Direction::Statement);
        assert_eq!(found.unwrap().1.direction, Direction::Reply);
    }

    #[test]
    fn two_profiles_for_one_file_are_a_problem_until_a_person_names_one() {
        let mut profiles = Profile::built_in();
        let icbc = profiles.iter().find(|profile| profile.id == "icbc-batch");
        let mut twin = icbc.unwrap().clone();
        twin.id = "icbc-twin".to_owned();
        profiles.push(twin);
        let bytes = encode_gb18030(REPLY).unwrap();
        let opened = Opened::here("x.csv", &bytes).unwrap();
        let problems = detect(&opened, None, &profiles).unwrap_err();
        assert_eq!(problems[0].code, Code::LayoutSeveralFit);
        assert!(detect(&opened, Some("icbc-twin"), &profiles).is_ok());
    }

    #[test]
    fn a_name_narrows_down_and_never_forces() {
        assert_eq!(codes(REPLY, "x.csv", Some("stmt-ccb"))[0], Code::LayoutNoneFits);
        assert_eq!(codes(REPLY, "x.csv", Some("no-such")), [Code::ProfileUnknown]);
        assert_eq!(codes("", "x.csv", None), [Code::FileEmpty]);
    }

    #[test]
    fn a_column_too_many_or_twice_is_another_layout() {
        assert_eq!(
            codes(&REPLY.replace("备注,", "备注,附言,"), "x", None)[0],
            Code::LayoutNoneFits
        );
        assert_eq!(
            codes(&REPLY.replace("备注,", "备注,备注,"), "x", None)[0],
            Code::LayoutNoneFits
        );
    }
}
