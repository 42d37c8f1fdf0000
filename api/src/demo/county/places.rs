//! The county's invented towns and villages with division codes: 6 digits, 9 and 12.

use ledger::ids::Division;

use super::draw::Draw;

/// A code that the national list (GB/T 2260) has never assigned.
pub(super) const COUNTY: &str = "141199";
pub(super) const COUNTY_NAME: &str = "青禾县";

const TOWNS: [&str; 12] = [
    "城关镇",
    "柳泉镇",
    "石峪镇",
    "双河镇",
    "枣林镇",
    "东岭镇",
    "白马乡",
    "云台乡",
    "南沟乡",
    "长塬乡",
    "清溪乡",
    "望岭乡",
];
const FIRST: &str = "上下东西南北前后大小新老";
const SECOND: &str = "柳杨槐桃李王张沟河山岭坡塬湾峪坪泉井";
const THIRD: &str = "家庄坡沟湾塬庙坪洼头";

/// A town or township.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    /// Nine digits.
    pub division: Division,
    /// Its name.
    pub name: &'static str,
    /// Thirteen to seventeen villages.
    pub villages: Vec<Village>,
}

/// A village.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Village {
    /// Twelve digits.
    pub division: Division,
    /// Its name, unique within its town.
    pub name: String,
}

pub(super) fn towns(draw: &mut Draw) -> Vec<Town> {
    let town = |(number, name): (usize, &&'static str)| {
        // Towns 镇 are numbered from 100, townships 乡 from 200.
        let code = if name.ends_with('镇') { 100 + number } else { 200 + number - 6 };
        let code = format!("{COUNTY}{code}");
        let villages = villages(draw, &code);
        Town { division: division(&code), name, villages }
    };
    TOWNS.iter().enumerate().map(town).collect()
}

fn villages(draw: &mut Draw, town: &str) -> Vec<Village> {
    let count = draw.between(13, 17);
    let mut villages: Vec<Village> = Vec::new();
    for number in 0..count {
        let name = loop {
            let name: String =
                [FIRST, SECOND, THIRD].iter().map(|part| draw.character(part)).collect();
            let name = format!("{name}村");
            if villages.iter().all(|village| village.name != name) {
                break name;
            }
        };
        villages.push(Village { division: division(&format!("{town}{}", 200 + number)), name });
    }
    villages
}

fn division(code: &str) -> Division {
    code.parse().expect("six to twelve digits are a division")
}
