//! Profiles side by side: those that come with the product and an office's own. Old versions stay readable.

use super::Profile;
use crate::problem::{Code, Problem};

/// The profiles that come with the product.
const BUILT_IN: &[(&str, &str)] = &[
    ("ccb-pipe.toml", include_str!("../../profiles/ccb-pipe.toml")),
    ("fixed-fen.toml", include_str!("../../profiles/fixed-fen.toml")),
    ("gbk-pair.toml", include_str!("../../profiles/gbk-pair.toml")),
    ("icbc-batch.toml", include_str!("../../profiles/icbc-batch.toml")),
    ("iso-camt.toml", include_str!("../../profiles/iso-camt.toml")),
    ("iso-camt.2.toml", include_str!("../../profiles/iso-camt.2.toml")),
    ("iso-pain.toml", include_str!("../../profiles/iso-pain.toml")),
    ("iso-pain.2.toml", include_str!("../../profiles/iso-pain.2.toml")),
    ("mof-2252.toml", include_str!("../../profiles/mof-2252.toml")),
    ("mof-8207.toml", include_str!("../../profiles/mof-8207.toml")),
    ("rcb-pipe-head.toml", include_str!("../../profiles/rcb-pipe-head.toml")),
    ("stmt-abc.toml", include_str!("../../profiles/stmt-abc.toml")),
    ("stmt-cbhb.toml", include_str!("../../profiles/stmt-cbhb.toml")),
    ("stmt-ccb.toml", include_str!("../../profiles/stmt-ccb.toml")),
    ("stmt-icbc.toml", include_str!("../../profiles/stmt-icbc.toml")),
    ("stmt-icbc-b.toml", include_str!("../../profiles/stmt-icbc-b.toml")),
    ("stmt-psbc.toml", include_str!("../../profiles/stmt-psbc.toml")),
    ("swift-mt940.toml", include_str!("../../profiles/swift-mt940.toml")),
    ("swift-mt940.2.toml", include_str!("../../profiles/swift-mt940.2.toml")),
    ("ykt-detail.toml", include_str!("../../profiles/ykt-detail.toml")),
];

impl Profile {
    /// The profiles that come with the product, by id.
    ///
    /// # Panics
    /// Never in a released product: a test reads them all.
    #[must_use]
    pub fn built_in() -> Vec<Profile> {
        BUILT_IN
            .iter()
            .map(|(file, text)| {
                Profile::from_toml(file, text).expect("a test reads every built-in profile")
            })
            .collect()
    }
}

/// The built-in profiles and an office's own, given as file names and texts.
///
/// # Errors
/// Everything that is wrong with any of them. One that takes the id and version of another is refused: the books name
/// a file's profile so, and it must mean the same for ever.
pub fn with_own(own: &[(String, String)]) -> Result<Vec<Profile>, Vec<Problem>> {
    let mut profiles = Profile::built_in();
    let mut problems = Vec::new();
    for (file, text) in own {
        match Profile::from_toml(file, text) {
            Ok(profile) if profiles.iter().any(|known| known.name() == profile.name()) => {
                let problem = Problem::of_file(Code::ProfileTwice, file).found(profile.name());
                problems.push(problem.expected("另一个 id，或更大的 version"));
            }
            Ok(profile) => profiles.push(profile),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(profiles) } else { Err(problems) }
}

/// The newest profile of that id, or the very one that `id@version` names: the one we write from.
#[must_use]
pub fn newest<'a>(profiles: &'a [Profile], named: &str) -> Option<&'a Profile> {
    let asked = profiles.iter().filter(|profile| profile.is_named(named));
    asked.max_by_key(|profile| profile.version)
}

#[cfg(test)]
mod tests {
    use super::{newest, with_own};
    use crate::problem::Code;

    const ICBC: &str = include_str!("../../profiles/icbc-batch.toml");

    fn own(text: &str) -> Vec<(String, String)> {
        vec![("自编.toml".to_owned(), text.to_owned())]
    }

    #[test]
    fn an_office_may_add_a_version_and_never_replaces_one() {
        let replaced = with_own(&own(ICBC)).unwrap_err();
        assert_eq!(replaced[0].code, Code::ProfileTwice);
        let profiles = with_own(&own(&ICBC.replace("version = 1", "version = 2"))).unwrap();
        assert_eq!(newest(&profiles, "icbc-batch").unwrap().version, 2);
        assert_eq!(newest(&profiles, "icbc-batch@1").unwrap().version, 1);
        assert!(newest(&profiles, "icbc-batch@3").is_none());
    }
}
