//! Which layout of which profile a file has: exactly one must fit, and each that does not says why.

use crate::body::{Misfit, Source};
use crate::problem::{Code, Problem};
use crate::profile::{Layout, Profile};

/// Finds the one layout that fits. A profile's name narrows the search down; it never forces a layout.
/// `file` is the file's name as given; banks say things in it.
///
/// # Errors
/// Why no layout fits, or which ones do if there are several: the first problem sums up, and one problem per
/// layout follows.
pub fn detect<'a>(
    bytes: &[u8],
    file: &str,
    named: Option<&str>,
    profiles: &'a [Profile],
) -> Result<(&'a Profile, &'a Layout), Vec<Problem>> {
    let problem = |code| Problem::of_file(code, file);
    let asked: Vec<_> =
        profiles.iter().filter(|profile| named.is_none_or(|id| profile.id == id)).collect();
    if asked.is_empty() {
        return Err(vec![problem(Code::ProfileUnknown).found(named.unwrap_or_default())]);
    }
    let source = Source::open(file, bytes).map_err(|problem| vec![problem])?;
    let mut fitting = Vec::new();
    let mut reasons = Vec::new();
    for profile in asked {
        for layout in &profile.layouts {
            let place = format!("{}/{}", profile.id, layout.id);
            let fit = source.head(layout).and_then(|()| file_name_agrees(profile, layout, file));
            match fit {
                Ok(()) => fitting.push((profile, layout, place)),
                Err(why) => reasons
                    .push(problem(Code::LayoutDoesNotFit).in_column(place).found(why.to_string())),
            }
        }
    }
    match fitting.as_slice() {
        [(profile, layout, _)] => Ok((profile, layout)),
        [] => Err(std::iter::once(problem(Code::LayoutNoneFits)).chain(reasons).collect()),
        [..] => {
            let places: Vec<_> = fitting.iter().map(|(_, _, place)| place.as_str()).collect();
            Err(vec![problem(Code::LayoutSeveralFit).found(places.join("、"))])
        }
    }
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
    use super::detect;
    use crate::problem::Code;
    use crate::profile::Profile;
    use crate::text::encode_gb18030;

    const REPLY: &str = "姓名,卡号,应处理金额,备注,实处理金额,处理标志\r\n\
        张测试,6228480000000000018,404.00,D20A00000001,404.00,全部成功\r\n";

    fn codes(text: &str, file: &str, named: Option<&str>) -> Vec<Code> {
        let bytes = encode_gb18030(text).unwrap();
        let problems = detect(&bytes, file, named, &Profile::built_in()).unwrap_err();
        problems.iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn exactly_one_layout_fits_a_file_in_either_encoding() {
        let profiles = Profile::built_in();
        let gb = encode_gb18030(REPLY).unwrap();
        for bytes in [&gb[..], REPLY.as_bytes(), format!("\u{feff}{REPLY}").as_bytes()] {
            let (profile, layout) = detect(bytes, "回盘.csv", None, &profiles).unwrap();
            assert_eq!((profile.id.as_str(), layout.id.as_str()), ("icbc-batch", "reply"));
        }
    }

    #[test]
    fn a_file_that_nothing_fits_says_why_for_every_layout() {
        let layouts: usize = Profile::built_in().iter().map(|profile| profile.layouts.len()).sum();
        let found = codes("姓名,电话\r\n张测试,1\r\n", "x.csv", None);
        assert_eq!(found.len(), 1 + layouts);
        assert_eq!(found[0], Code::LayoutNoneFits);
    }

    #[test]
    fn two_profiles_for_one_file_are_a_problem_until_a_person_names_one() {
        let mut profiles = Profile::built_in();
        let mut twin = profiles[0].clone();
        twin.id = "icbc-twin".to_owned();
        profiles.push(twin);
        let bytes = encode_gb18030(REPLY).unwrap();
        let problems = detect(&bytes, "x.csv", None, &profiles).unwrap_err();
        assert_eq!(problems[0].code, Code::LayoutSeveralFit);
        assert!(detect(&bytes, "x.csv", Some("icbc-twin"), &profiles).is_ok());
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
