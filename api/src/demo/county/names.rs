//! Invented names: common and compound surnames, given names, a few rare characters, a few names with a dot.

use super::draw::Draw;

/// Common surnames; the commoner ones stand first and are drawn more often.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
const COMPOUND: [&str; 6] = ["欧阳", "司马", "上官", "诸葛", "令狐", "皇甫"];

const MALE: &str = "伟强磊军勇杰涛明超刚平辉鹏华飞波斌宇浩凯健俊帆帅旭宁龙林海峰建国志文德贵福根柱栓宝全有富保生发祥春秋山田顺成";
const FEMALE: &str = "芳娜敏静丽艳娟霞秀玲桂英玉兰凤珍梅红云莲香爱翠花月仙改变巧果雪琴青彩萍燕慧莉婷雯欣怡桃杏枝叶荷";
/// Characters that narrow systems lose: 𠮷 and 㛃 take four GB18030 bytes, the others stand outside GB2312.
const RARE: &str = "𠮷㛃䶮喆垚堃";

const DOTTED_FIRST: [&str; 8] =
    ["阿尔曼", "古丽娜", "巴图", "托合提", "阿依努", "哈力克", "迪里拜", "努尔江"];
const DOTTED_LAST: [&str; 8] =
    ["艾合买", "吐尔逊", "苏来曼", "木合塔", "依布拉音", "卡德尔", "玉素甫", "肉孜"];

/// A surname: a line of six in a thousand is compound.
pub(super) fn surname(draw: &mut Draw) -> String {
    if draw.per_mille(6) {
        return (*draw.one_of(&COMPOUND)).to_owned();
    }
    // The smaller of two positions: the head of the list comes up more often, as in life.
    let length = SURNAMES.chars().count();
    let position = draw.position(length).min(draw.position(length));
    SURNAMES.chars().nth(position).expect("the position is below the length").to_string()
}

/// A full name under that surname.
pub(super) fn full(draw: &mut Draw, surname: &str, male: bool) -> String {
    let pool = if male { MALE } else { FEMALE };
    let mut name = surname.to_owned();
    if draw.per_mille(5) {
        name.push(draw.character(RARE));
        return name;
    }
    name.push(draw.character(pool));
    if draw.per_mille(780) {
        name.push(draw.character(pool));
    }
    name
}

/// A name of two parts with the name dot (U+00B7).
pub(super) fn dotted(draw: &mut Draw) -> String {
    format!("{}·{}", draw.one_of(&DOTTED_FIRST), draw.one_of(&DOTTED_LAST))
}
