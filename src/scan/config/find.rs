use super::error::ConfigError;
use super::raw::Config;
use super::section::{parse, section};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The files a configuration may stand in, the first found in a folder is used.
pub const NAMES: &[&str] = &["watertight.toml", ".watertight.toml", "pyproject.toml", "Cargo.toml", "package.json"];

/// What every file with a word to this program holds.
const NAME: &str = "watertight";

/// A larger file is no configuration written by hand.
const LARGEST: u64 = 4 << 20;

/// A configuration with the file it was read from.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// What it says.
    pub config: Config,
}

/// The configuration in a folder.
pub fn inside(folder: &Path) -> Result<Option<Found>, Box<ConfigError>> {
    for name in NAMES {
        let path = folder.join(name);
        let own = name.ends_with("watertight.toml");
        match text(&path, own) {
            Ok(Some(text)) => {
                if let Some(config) = parse(&path, &text)? {
                    return Ok(Some(Found { path, text, config }));
                }
            }
            Ok(None) | Err(Unread::Absent) => {}
            // Below a folder that may not be entered nobody knows whether there is such a file at all, and what a link to
            // nothing was for is known only where its name says so.
            Err(Unread::Hidden(_) | Unread::Dangling) if !own => {}
            Err(why) => return Err(unreadable(&path, &why)),
        }
    }
    Ok(None)
}

/// The configuration in a file that the user named.
pub fn named(path: &Path) -> Result<Found, Box<ConfigError>> {
    let text = text(path, true).map_err(|why| unreadable(path, &why))?.unwrap_or_default();
    match parse(path, &text)? {
        Some(config) => Ok(Found { path: path.to_path_buf(), text, config }),
        None => {
            Err(ConfigError::new(path, &text, None, format!("`{}` has no section for watertight", path.display()), section(path)))
        }
    }
}

/// Why a configuration cannot be read.
#[derive(Debug, Error)]
enum Unread {
    #[error("there is no such file")]
    Absent,
    #[error("{0}")]
    Hidden(std::io::Error),
    #[error("{0}")]
    Closed(std::io::Error),
    #[error("it is a link to nothing")]
    Dangling,
    #[error("it is not UTF-8 (line {0})")]
    Encoding(usize),
    #[error("it is larger than 4 MiB")]
    Large,
}

impl Unread {
    const fn remedy(&self) -> &'static str {
        match self {
            Self::Absent | Self::Hidden(_) | Self::Closed(_) => {
                "check the path and the permissions, or take the settings from elsewhere with --config or --isolated"
            }
            Self::Dangling => "point the link at a file, or remove it",
            Self::Encoding(_) => "save the file as UTF-8",
            Self::Large => "write the settings into a `watertight.toml`",
        }
    }
}

fn unreadable(path: &Path, why: &Unread) -> Box<ConfigError> {
    let message = format!("the configuration `{}` could not be read: {why}", path.display());
    ConfigError::new(path, "", None, message, why.remedy())
}

/// What stands in a file; nothing if it is shared with other tools and cannot hold a word to this program.
fn text(path: &Path, own: bool) -> Result<Option<String>, Unread> {
    let metadata = path.metadata().map_err(|error| match error.kind() {
        ErrorKind::NotFound if path.is_symlink() => Unread::Dangling,
        ErrorKind::NotFound | ErrorKind::NotADirectory => Unread::Absent,
        _ => Unread::Hidden(error),
    })?;
    // To open a pipe would be to wait for whoever writes into it.
    if !metadata.is_file() {
        return Err(Unread::Absent);
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(Unread::Closed)?;
    // Some editors begin every file with a byte order mark.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    if !own && !mentions(bytes) {
        return Ok(None);
    }
    if bytes.len() as u64 > LARGEST {
        return Err(Unread::Large);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(error) => Err(Unread::Encoding(bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count())),
    }
}

/// Whether the program's name stands somewhere in these bytes, even in two bytes a letter.
fn mentions(bytes: &[u8]) -> bool {
    let plain: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    plain.windows(NAME.len()).any(|window| window == NAME.as_bytes())
}
