use crate::scan::Manner;
use crate::scan::config::Choice;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What the user set in the editor. What is not known here is not refused, because editors put in things of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Wishes {
    /// Which findings are shown.
    level: Option<Level>,
    /// A configuration file that rules everything.
    configuration: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Default,
    Pedantic,
}

impl Wishes {
    /// Reads settings as the editor sends them: alone, or below the name of this program; or says what is wrong with them.
    pub fn read(settings: &serde_json::Value) -> Result<Self, String> {
        let own = settings.get("settings").unwrap_or(settings);
        let own = own.get("watertight").unwrap_or(own);
        match own {
            serde_json::Value::Object(_) => {
                serde_json::from_value(own.clone()).map_err(|error| format!("the settings of watertight cannot be used: {error}"))
            }
            _ => Ok(Self::default()),
        }
    }

    /// The manner that follows from them. A relative path is one below the first folder.
    pub fn manner(&self, base: &Manner, folders: &[PathBuf]) -> Manner {
        let mut manner = base.clone();
        manner.over.pedantic |= self.level == Some(Level::Pedantic);
        if let Some(file) = self.configuration.as_ref().filter(|file| !file.as_os_str().is_empty()) {
            let folder = folders.first().map_or(Path::new(""), PathBuf::as_path);
            manner.choice = Choice::File(folder.join(file));
        }
        manner
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, Wishes};
    use serde_json::json;

    #[test]
    fn settings_are_read_wherever_editors_put_them() {
        let wanted = Wishes { level: Some(Level::Pedantic), configuration: None };
        for settings in [
            json!({ "level": "pedantic" }),
            json!({ "watertight": { "level": "pedantic", "path": "x" } }),
            json!({ "settings": { "level": "pedantic" } }),
        ] {
            assert_eq!(Wishes::read(&settings), Ok(wanted.clone()), "{settings}");
        }
        for settings in [json!(null), json!([]), json!({}), json!({ "level": null })] {
            assert_eq!(Wishes::read(&settings), Ok(Wishes::default()), "{settings}");
        }
        assert!(Wishes::read(&json!({ "level": "loud" })).is_err());
    }
}
