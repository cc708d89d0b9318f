#!/usr/bin/env python3
"""How right watertight is on well-kept published packages, and what a change does to its findings there.

Each language has two data files beside this script:

  <language>.toml   the packages: name, version, sha256 of the published archive
  <language>.tsv    the findings that were read in the source and judged, one a line, fields separated by tabs:
                    package, path:line, rule, verdict (right or wrong), why in one line

`right` means that a maintainer would agree that it is a leak or a fault of resource hygiene worth mending; what a
maintainer would close as "not a leak" is `wrong`. The archives are fetched with the registry's own client (pip, npm,
cargo) into a cache outside the repository, checked against their hashes, and unpacked once.

  precision.py draw LANGUAGE TOOL --seed N [--count 40] [--least 0.8]   findings to read, with the source around them
  precision.py check LANGUAGE TOOL                   shares, density; fails where a finding judged wrong appears again
  precision.py compare LANGUAGE OLD NEW              what two builds find: new, gone, moved

TOOL, OLD and NEW are paths of the program. Exit status: 0, 1 where `check` fails, 2 where something cannot be done.
"""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "watertight-precision"
SUFFIXES = {
    "python": (".py",),
    "javascript": (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte"),
    "rust": (".rs",),
}
# The most findings per 1,000 lines that a well-kept package may show, and the least share of them that is right.
DENSITY, SHARE, SURE = 0.15, 0.85, 0.90


def fail(text):
    print(f"precision.py: {text}", file=sys.stderr)
    sys.exit(2)


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        fail(f"`{' '.join(map(str, command))}` failed: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout


# --- Packages --------------------------------------------------------------------------------------------------------


def packages(language, only):
    path = HERE / f"{language}.toml"
    listed = tomllib.loads(path.read_text()).get("package", []) if path.exists() else []
    return [one for one in listed if not only or one["name"] in only] or fail(f"no packages for {language} in {path}")


def download(language, package, into):
    """The archive of a package, as the registry's own client fetches it."""
    name, version = package["name"], package["version"]
    if language == "python":
        wanted = into / "requirements.txt"
        wanted.write_text(f"{name}=={version} --hash=sha256:{package['sha256']}\n")
        # The same wheel on every machine: its Python sources are all that is read.
        plain = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--ignore-requires-python", "--implementation", "cp", "--python-version", "3.11"]
        abis = [word for abi in ("cp311", "abi3", "none") for word in ("--abi", abi)]
        platforms = ["manylinux_2_28_x86_64", "manylinux_2_24_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"]
        platforms = [word for platform in [*platforms, "manylinux1_x86_64", "any"] for word in ("--platform", platform)]
        run([sys.executable, "-m", "pip", "download", "-q", *plain, *abis, *platforms, "-d", into, "-r", wanted])
        return next(into.glob("*.whl"))
    if language == "javascript":
        run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=into)
        return next(into.glob("*.tgz"))
    manifest = f'[package]\nname = "fetch"\nversion = "0.0.0"\n[lib]\npath = "lib.rs"\n[dependencies]\n{name} = "={version}"\n'
    (into / "Cargo.toml").write_text(manifest)
    (into / "lib.rs").write_text("")
    run(["cargo", "fetch"], cwd=into)
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    return next(home.glob(f"registry/cache/*/{name}-{version}.crate"))


def unpack(language, archive, into):
    """Writes the sources of an archive; npm and cargo put everything into one folder, which is left out."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            files = [(name, opened.read(name)) for name in opened.namelist() if name.endswith(SUFFIXES[language])]
    else:
        with tarfile.open(archive) as opened:
            members = [m for m in opened.getmembers() if m.isfile() and m.name.endswith(SUFFIXES[language])]
            files = [(m.name.split("/", 1)[-1], opened.extractfile(m).read()) for m in members]
    for name, content in files:
        path = (into / name).resolve()
        if not path.is_relative_to(into.resolve()):
            fail(f"{archive.name} holds a path outside itself: {name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def fetched(language, package, cache):
    """The folder with the sources of a package, fetched if it is not there yet."""
    folder = cache / language / f"{package['name'].replace('/', '+')}-{package['version']}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            scratch = pathlib.Path(scratch)
            archive = download(language, package, scratch)
            if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != package["sha256"]:
                fail(f"{archive.name}: sha256 is {found}, and {language}.toml says {package['sha256']}")
            (scratch / "sources").mkdir()
            unpack(language, archive, scratch / "sources")
            (scratch / "sources").rename(folder)
    return folder


# --- Findings --------------------------------------------------------------------------------------------------------


def place(finding):
    return f"{finding['path']}:{finding['location']['start']['line']}"


def findings(tool, folder, cache):
    """What a build of the tool finds in a folder; kept, because the same build finds the same again."""
    tool = pathlib.Path(tool).resolve()
    build = hashlib.sha256(tool.read_bytes()).hexdigest()[:16]
    kept = cache / "findings" / build / f"{folder.name}.json"
    if not kept.exists():
        out = run([str(tool), "check", "--format", "json", "--exit-zero", "."], cwd=folder)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(json.loads(out)["findings"]))
    return json.loads(kept.read_text())


def surveyed(arguments, tool):
    """Every package with its folder and what the tool finds in it."""
    for package in packages(arguments.language, arguments.only):
        folder = fetched(arguments.language, package, arguments.cache)
        yield package["name"], folder, findings(tool, folder, arguments.cache)


def judged(language):
    """The verdicts: (package, place, rule) -> (verdict, why)."""
    path = HERE / f"{language}.tsv"
    verdicts = {}
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 5 or fields[3] not in ("right", "wrong"):
            fail(f"{path}:{number}: five fields are expected: package, place, rule, right or wrong, why")
        verdicts[tuple(fields[:3])] = (fields[3], fields[4])
    return verdicts


def lines(language, folder):
    files = (path for path in folder.rglob("*") if path.suffix in SUFFIXES[language] and path.is_file())
    return sum(path.read_bytes().count(b"\n") for path in files)


# --- Commands --------------------------------------------------------------------------------------------------------


def show(name, folder, finding, verdict):
    start = finding["location"]["start"]["line"]
    print(f"{'=' * 110}\n{name}\t{place(finding)}\t{finding['rule']}\t{finding['severity']} {finding['confidence']}")
    print(f"{finding['message']}   in {finding['symbol']}")
    for piece in finding["evidence"]:
        print(f"    {piece['stance']:8}{piece['weight']:9}{piece['text']}")
    for mark in finding["related"] + finding["flow"]:
        print(f"    {mark['start']['line']:>6} {mark['role']}: {mark['label']}")
    if verdict:
        print(f"    judged {verdict[0]}: {verdict[1]}")
    text = (folder / finding["path"]).read_text(errors="replace").splitlines()
    for at in range(max(0, start - 9), min(len(text), start + 24)):
        print(f"{at + 1:6}{'>' if at + 1 == start else ' '} {text[at][:150]}")


def draw(arguments):
    all_of = [(name, folder, one) for name, folder, found in surveyed(arguments, arguments.tool) for one in found]
    all_of = [one for one in all_of if one[2]["confidence"] >= arguments.least]
    all_of.sort(key=lambda one: (one[0], place(one[2]), one[2]["rule"]))
    verdicts = judged(arguments.language)
    drawn = random.Random(arguments.seed).sample(all_of, min(arguments.count, len(all_of)))
    for name, folder, finding in drawn:
        show(name, folder, finding, verdicts.get((name, place(finding), finding["rule"])))
    print(f"{'=' * 110}\n{len(drawn)} of {len(all_of)} findings, seed {arguments.seed}")
    return 0


def share(label, verdicts, least):
    right = sum(verdict == "right" for verdict in verdicts)
    if verdicts:
        print(f"{label}: {right} of {len(verdicts)} judged are right ({right / len(verdicts):.0%}; at least {least:.0%} wanted)")


def check(arguments):
    verdicts, status, seen, unread = judged(arguments.language), 0, [], 0
    rules = collections.defaultdict(list)
    for name, folder, found in surveyed(arguments, arguments.tool):
        count = lines(arguments.language, folder)
        density = len(found) / count * 1000 if count else 0.0
        print(f"{name:28}{len(found):4} findings{count:9} lines{density:7.2f} per 1,000{' TOO MANY' if density > DENSITY else ''}")
        status |= density > DENSITY
        for one in found:
            verdict = verdicts.get((name, place(one), one["rule"]))
            if verdict is None:
                unread += 1
                continue
            seen.append((verdict[0], one["confidence"]))
            rules[one["rule"]].append(verdict[0])
            if verdict[0] == "wrong":
                status = 1
                print(f"    judged wrong, and found: {place(one)} {one['rule']} {one['confidence']}: {verdict[1]}")
    for rule, of_rule in sorted(rules.items()):
        share(f"  {rule}", of_rule, SHARE)
    share("all that are shown", [verdict for verdict, _ in seen], SHARE)
    share("confidence 0.8 and more", [verdict for verdict, confidence in seen if confidence >= 0.8], SURE)
    print(f"{unread} findings were never read")
    return status


def compare(arguments):
    status = collections.Counter()
    for package in packages(arguments.language, arguments.only):
        folder = fetched(arguments.language, package, arguments.cache)
        old = {(one["path"], one["rule"], one["location"]["start"]["line"]): one for one in findings(arguments.old, folder, arguments.cache)}
        new = {(one["path"], one["rule"], one["location"]["start"]["line"]): one for one in findings(arguments.new, folder, arguments.cache)}
        gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
        for key in list(gone):
            # The same rule in the same function has found another line.
            twin = next((other for other in come if other[:2] == key[:2] and new[other]["symbol"] == old[key]["symbol"]), None)
            if twin:
                gone.remove(key), come.remove(twin)
                status["moved"] += 1
                print(f"moved {package['name']} {key[0]}:{key[2]} -> {twin[2]} {key[1]}")
        for sign, keys, table in (("gone ", gone, old), ("new  ", come, new)):
            status[sign.strip()] += len(keys)
            for key in keys:
                one = table[key]
                print(f"{sign} {package['name']} {place(one)} {one['rule']} {one['confidence']} {one['message']}")
        for key in sorted(set(old) & set(new)):
            before, after = ((one["severity"], one["confidence"]) for one in (old[key], new[key]))
            status["kept"] += 1
            if before != after:
                status["weighed anew"] += 1
                print(f"weigh {package['name']} {key[0]}:{key[2]} {key[1]} {before[0]} {before[1]} -> {after[0]} {after[1]}")
    print(", ".join(f"{count} {what}" for what, count in sorted(status.items())))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=pathlib.Path, default=CACHE, help=f"where sources are kept ({CACHE})")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], help="names of packages, with commas")
    commands = parser.add_subparsers(required=True)
    for name, does, programs in (("draw", draw, ["tool"]), ("check", check, ["tool"]), ("compare", compare, ["old", "new"])):
        command = commands.add_parser(name)
        command.add_argument("language", choices=sorted(SUFFIXES))
        for program in programs:
            command.add_argument(program)
        if name == "draw":
            command.add_argument("--seed", type=int, required=True)
            command.add_argument("--count", type=int, default=40)
            command.add_argument("--least", type=float, default=0.0, help="only findings of at least this confidence")
        command.set_defaults(does=does)
    arguments = parser.parse_args()
    sys.exit(arguments.does(arguments))


if __name__ == "__main__":
    main()
