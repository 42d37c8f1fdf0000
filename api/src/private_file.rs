//! Files that only their owner may read: keys, passphrases. What others could read or replace is not used.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use crate::failure::Failure;

/// Others may read or write.
const OTHERS: u32 = 0o077;
/// Others may put another file in its place.
const OTHERS_WRITE: u32 = 0o022;
/// In a sticky folder nobody replaces the files of another.
const STICKY: u32 = 0o1000;

/// Writes a new file for the owner alone. An existing file is never overwritten.
///
/// # Errors
/// The file exists, others can write its folder, or the machine fails.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let io = |why: &std::io::Error| Failure::file(path, why);
    refuse_open_folder(path)?;
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path).map_err(|why| io(&why))?;
    file.write_all(bytes).map_err(|why| io(&why))?;
    file.sync_all().map_err(|why| io(&why))
}

/// Puts a file in the place of another, whole or not at all, for the owner alone.
///
/// # Errors
/// As [`write`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let io = |why: &std::io::Error| Failure::file(path, why);
    let path = fs::canonicalize(path).map_err(|why| io(&why))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    if beside.exists() {
        fs::remove_file(beside).map_err(|why| io(&why))?;
    }
    write(beside, bytes)?;
    fs::rename(beside, &path).map_err(|why| io(&why))?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|why| io(&why))
}

/// Reads a file that nobody else can read, nor put another in its place. A link is judged by what it points to,
/// and by the folder it lies in.
///
/// # Errors
/// Others can, or the machine fails.
pub fn read(path: &Path) -> Result<String, Failure> {
    let io = |why: &std::io::Error| Failure::file(path, why);
    // The open file is judged and read, not whatever the name means a moment later.
    let mut file = File::open(path).map_err(|why| io(&why))?;
    let kind = file.metadata().map_err(|why| io(&why))?;
    if kind.is_dir() {
        return Err(exposed(path, "是目录，不是文件", "请指明密钥文件。"));
    }
    if kind.permissions().mode() & OTHERS != 0 {
        let remedy = format!("请执行 chmod 600 {}；若已外泄，请办理密钥吊销。", path.display());
        return Err(exposed(path, "可被他人读取，拒绝使用", &remedy));
    }
    refuse_open_folder(path)?;
    refuse_open_folder(&fs::canonicalize(path).map_err(|why| io(&why))?)?;
    let mut text = String::new();
    match file.read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(why) if why.kind() == std::io::ErrorKind::InvalidData => Err(Failure::Machine {
            code: "key.file".to_owned(),
            text: format!(
                "{}不是有效的密钥文件：内容不是文字。请核对是否拿错文件。",
                path.display()
            ),
            exit: 1,
        }),
        Err(why) => Err(io(&why)),
    }
}

/// The folder that a file lies in: of a bare name, the one that the program was called in.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn refuse_open_folder(path: &Path) -> Result<(), Failure> {
    let folder = folder_of(path);
    let mode = fs::metadata(folder).map_err(|why| Failure::file(folder, &why))?;
    let mode = mode.permissions().mode();
    if mode & OTHERS_WRITE != 0 && mode & STICKY == 0 {
        let remedy = format!("请执行 chmod go-w {}，或把密钥移到本人的目录。", folder.display());
        return Err(exposed(path, "所在目录他人可写，文件可能被调换，拒绝使用", &remedy));
    }
    Ok(())
}

fn exposed(path: &Path, what: &str, remedy: &str) -> Failure {
    Failure::Machine {
        code: "key.exposed".to_owned(),
        text: format!("文件{}{what}。{remedy}", path.display()),
        exit: 1,
    }
}
