//! What the path of an import means: which file of the project, as seen from the one that imports it.

use super::Project;
use super::outline::Outline;

/// The names of files that stand for the folder they lie in.
const FACES: &[&str] = &["__init__", "index", "mod", "lib", "main"];
/// What an import begins with that says where the search starts, and nothing about the place.
const ROOTS: &[&str] = &["crate", "self", "super", "@", "~", "#"];
/// Those of the faces that stand for a whole package.
const WHOLE: &[&str] = &["lib", "main"];
/// Languages in which an import of what is near says so.
const EXPLICIT: &[&str] = &["javascript"];
/// The folder in which packages of some languages keep their source; no import names it.
const SOURCE: &str = "src";

impl Project {
    /// The files that a module's path means where this file imports it, those that lie nearest; none if it is out of sight.
    pub(super) fn modules(&self, from: &Outline, module: &str) -> Vec<u32> {
        if let Some(place) = relative(&from.path, module) {
            return self.candidates(from, &place).filter(|file| stands_for(&self.files[*file as usize].path, &place)).collect();
        }
        if names(module).is_empty() {
            return self.faces_above(from, module.starts_with("crate"));
        }
        let all = self.candidates(from, module).filter(|file| self.is_meant(from, module, &self.files[*file as usize].path));
        self.nearest(from, all.collect())
    }

    /// Whether a name of a module that this file imports is that of the file at another path. The face of a package hands on
    /// what lies below it and it does not define itself.
    pub(super) fn imports(&self, from: &Outline, (module, name): (&str, &str), path: &str) -> bool {
        let meant = self.modules(from, module);
        let hands_on = |file: &Outline| {
            face(&file.path).is_some_and(|folder| lies_in(path, folder)) && !file.own.iter().any(|own| file.text(*own) == name)
        };
        meant.iter().map(|file| &self.files[*file as usize]).any(|file| file.path == path || hands_on(file))
    }

    /// Of these files, those that share the longest way with this one.
    pub(super) fn nearest(&self, from: &Outline, mut files: Vec<u32>) -> Vec<u32> {
        let shared = |file: u32| {
            let folders = self.files[file as usize].path.split('/').zip(from.path.split('/'));
            folders.take_while(|(one, other)| one == other).count()
        };
        let most = files.iter().map(|file| shared(*file)).max();
        files.retain(|file| Some(shared(*file)) == most);
        files
    }

    fn candidates(&self, from: &Outline, module: &str) -> impl Iterator<Item = u32> {
        let key = last(module).replace('-', "_");
        let all = self.modules.get(key.as_str()).map_or(&[][..], Vec::as_slice);
        all.iter().map(|(file, _)| *file).filter(|file| self.files[*file as usize].language == from.language)
    }

    fn is_meant(&self, from: &Outline, module: &str, path: &str) -> bool {
        let named = &names(module);
        let Some(above) = rest(named, path) else { return false };
        let near = lies_in(&from.path, above) && !EXPLICIT.contains(&from.language.as_str());
        let rooted = module.starts_with(['@', '~', '#']);
        if path == from.path || named.len() == 1 && !(above.is_empty() || near || rooted || face(path).is_some()) {
            return false;
        }
        let own = module.starts_with("crate") && !above.is_empty();
        if own && !near {
            return false;
        }
        // What lies in a package is reached from outside by the package's name, and without it from inside only.
        above.is_empty() || near || !self.knows(&format!("{above}/__init__.py"))
    }

    /// The faces of the nearest folder above a file that has any: `crate`, which is a whole package, or `from .`.
    fn faces_above(&self, from: &Outline, whole: bool) -> Vec<u32> {
        let mut folder = from.path.as_str();
        while let Some((above, _)) = folder.rsplit_once('/') {
            folder = above;
            let own = self.modules.get(key(&format!("{folder}/mod.rs")).as_str());
            let faces = own.into_iter().flatten().map(|(file, _)| *file).filter(|file| {
                let file = &self.files[*file as usize];
                file.language == from.language
                    && file.path != from.path
                    && face(&file.path) == Some(folder)
                    && (!whole || is_whole(&file.path))
            });
            let faces: Vec<u32> = faces.collect();
            if !faces.is_empty() {
                return faces;
            }
        }
        Vec::new()
    }
}

/// The word under which a file is looked up: its own name, or that of the folder it stands for.
pub(super) fn key(path: &str) -> String {
    shape(path).last().map_or_else(String::new, |last| last.replace('-', "_"))
}

/// The folder that a file stands for.
pub(super) fn face(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    let stem = name.split('.').next().unwrap_or(name);
    FACES.contains(&stem).then_some(folder)
}

fn is_whole(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    WHOLE.contains(&name.split('.').next().unwrap_or(name))
}

/// Whether a path lies below a folder.
pub(super) fn lies_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn last(module: &str) -> &str {
    module.rsplit(['.', '/', ':']).find(|part| !part.is_empty()).unwrap_or_default()
}

/// The folders and the name by which a file is imported.
fn shape(path: &str) -> Vec<&str> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let mut parts: Vec<&str> = stem.split('/').collect();
    if parts.last().is_some_and(|last| FACES.contains(last)) {
        parts.pop();
        // The face of a package whose source lies in a folder of its own.
        if parts.last() == Some(&SOURCE) && parts.len() > 1 {
            parts.pop();
        }
    }
    parts
}

/// The names of a module's path that tell where it is.
fn names(module: &str) -> Vec<&str> {
    let all = module.split(['.', '/', ':']).filter(|part| !part.is_empty());
    let mut named: Vec<&str> = all.rev().take_while(|part| !ROOTS.contains(part)).collect();
    // The scope of a package is no folder.
    if named.len() > 1 && named.last().is_some_and(|first| first.starts_with('@')) {
        named.pop();
    }
    named.reverse();
    named
}

/// The folder above what the names name, if a path ends like them. The folder of the source may stand in between.
fn rest<'a>(named: &[&str], path: &'a str) -> Option<&'a str> {
    let mut file = shape(path);
    for name in named.iter().rev() {
        if file.last() == Some(&SOURCE) && *name != SOURCE {
            file.pop();
        }
        let own = file.pop()?;
        let alike = own.len() == name.len() && own.bytes().zip(name.bytes()).all(|(a, b)| a == b || a == b'-' && b == b'_');
        if !alike {
            return None;
        }
    }
    let length = file.iter().map(|part| part.len() + 1).sum::<usize>().saturating_sub(1);
    path.get(..length)
}

/// The path, without extension, that a relative import names (`./store`, `../lib`).
fn relative(from: &str, module: &str) -> Option<String> {
    if !(module == "." || module == ".." || module.starts_with("./") || module.starts_with("../")) {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in module.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a file is what a path without extension names.
fn stands_for(path: &str, place: &str) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem == place || stem.strip_prefix(place).is_some_and(|rest| rest == "/index") || place.is_empty() && stem == "index"
}

#[cfg(test)]
mod tests {
    use super::super::Project;
    use super::super::outline::Outline;

    /// The files that a path means, where a file imports it.
    fn meant(files: &[&str], from: &str, module: &str) -> Vec<String> {
        let language = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        let project = Project::new(files.iter().map(|path| Outline::new(path, &language(path), false)).collect());
        let from = Outline::new(from, &language(from), false);
        project.modules(&from, module).into_iter().map(|file| project.files[file as usize].path.clone()).collect()
    }

    #[test]
    fn an_import_means_the_file_whose_path_ends_like_it() {
        for (from, module, path) in [
            ("src/main.py", "app.store", "src/app/store.py"),
            ("app/main.py", "store", "app/store.py"),
            ("main.py", "app.store", "app/store/__init__.py"),
            ("web/main.ts", "./store", "web/store.ts"),
            ("web/ui/main.ts", "../store", "web/store.ts"),
            ("web/ui/main.ts", "..", "web/index.ts"),
            ("src/net.rs", "super.store", "src/store.rs"),
            ("src/net.rs", "crate", "src/lib.rs"),
            ("crates/app/src/main.rs", "data_store.table", "crates/data-store/src/table.rs"),
            ("crates/app/src/main.rs", "data_store", "crates/data-store/src/lib.rs"),
            ("packages/app/src/main.ts", "@own/data-store", "packages/data-store/src/index.ts"),
        ] {
            assert_eq!(meant(&[path], from, module), [path], "{module} in {from}");
        }
        for (from, module, path) in [
            ("main.py", "app.other", "app/store.py"),
            ("main.py", "b.store", "a/store.py"),
            ("web/ui/main.ts", "./store", "web/store.ts"),
        ] {
            assert_eq!(meant(&[path], from, module), [""; 0], "{module} in {from}");
        }
    }

    #[test]
    fn of_several_the_nearest_is_meant() {
        let files = ["one/src/store.rs", "two/src/store.rs"];
        assert_eq!(meant(&files, "two/src/net.rs", "crate.store"), ["two/src/store.rs"]);
        assert_eq!(meant(&files, "three/src/net.rs", "crate.store"), [""; 0], "another package");
        let apart = ["one/app/store.py", "two/app/store.py"];
        assert_eq!(meant(&apart, "three/net.py", "app.store"), apart);
    }

    #[test]
    fn what_lies_in_a_package_is_reached_by_the_name_of_the_package() {
        let files = ["app/__init__.py", "app/store.py"];
        assert_eq!(meant(&files, "app/net.py", "store"), ["app/store.py"]);
        assert_eq!(meant(&files, "other/net.py", "store"), [""; 0]);
        assert_eq!(meant(&files, "other/net.py", "app.store"), ["app/store.py"]);
    }
}
