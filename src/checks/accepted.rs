//! Faults that somebody has looked at and accepted, by what the line says to another linter.

use super::Context;
use super::lives::lifetime;
use crate::facts::FunctionId;
use crate::finding::{Evidence, Finding, Role, Weight};
use crate::source::Span;

/// The finding with what its line says about it.
pub fn weighed(context: &Context, text: &str, mut finding: Finding) -> Finding {
    let rest = |from: u32| text.get(from as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let said = [finding.primary.span.start, finding.primary.span.end].map(rest);
    let accepted = context.words.accepted.iter().find(|word| said.iter().any(|line| line.contains(word.as_str())));
    if let Some(word) = accepted {
        let text = format!("the line says that this fault is accepted: `{word}`");
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
        return finding.weigh(context.prior());
    }
    if let Some(line) = meant(context, text, &finding) {
        let text = format!("a comment says that this is meant: \"{line}\"");
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
        return finding.weigh(context.prior());
    }
    if let Some(line) = specimen(context, text, &finding) {
        let text = format!("it is faulty on purpose, to try a linter: \"{line}\"");
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
        return finding.weigh(context.prior());
    }
    if let Some(folder) = lifetime::aside(&context.words.words, context.path) {
        let text = format!("`{folder}` holds what is there to be read, or is run by hand and ends");
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
        return finding.weigh(context.prior());
    }
    if let Some(line) = owed(context, text, &finding) {
        let text = format!("the function says that its caller lets go: \"{line}\"");
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
        return finding.weigh(context.prior());
    }
    if let Some(module) = bundled(context, text, finding.primary.span.start as usize) {
        let text = format!("a bundler has copied it from `{module}`, where it is to be mended");
        finding.evidence.extend([Evidence::doubts(Weight::Decisive, text), Evidence::doubts(Weight::Decisive, OUTSIDE)]);
        return finding.weigh(context.prior());
    }
    if let Some(folder) = lifetime::vendored(&context.words.words, context.path) {
        let text = format!("`{folder}` holds a copy of what somebody else has written, and mends");
        // A sure finding stays below what is shown, whatever else speaks for it.
        finding.evidence.extend([Evidence::doubts(Weight::Decisive, text), Evidence::doubts(Weight::Decisive, OUTSIDE)]);
        return finding.weigh(context.prior());
    }
    finding
}

/// The file of another package that a bundler has copied to a place, by the comment that it has left above the copy.
fn bundled<'a>(context: &Context, text: &'a str, at: usize) -> Option<&'a str> {
    let copies = &context.words.words.copies;
    let before = text.get(..at).filter(|_| !copies.is_empty())?;
    let line = |mark: usize| {
        let start = before[..mark].rfind('\n').map_or(0, |end| end + 1);
        before[start..].lines().next()
    };
    let mark = before.rmatch_indices("//").find_map(|(at, _)| headed(line(at)?))?;
    copies.iter().any(|folder| mark.contains(folder.as_str())).then_some(mark)
}

/// The path that a line names, if it is nothing but a comment by which a bundler says where the text below comes from.
fn headed(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let path = line.strip_prefix("//#region ").or_else(|| line.trim_start().strip_prefix("// "))?;
    let script = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"].iter().any(|end| path.ends_with(end));
    (script && path.contains('/') && !path.contains(char::is_whitespace)).then_some(path)
}

/// Why a fault in a copy is not one to report here.
const OUTSIDE: &str = "a change here is lost with the next copy";

/// The comment at the fault, or at what it is about, that says why it is so.
fn meant<'a>(context: &Context, text: &'a str, finding: &Finding) -> Option<&'a str> {
    let words = &context.words.meant;
    let declared = finding.related.iter().filter(|mark| mark.role == Role::Declaration).map(|mark| mark.span.start as usize);
    let declared: Vec<usize> = declared.filter(|_| !words.is_empty()).collect();
    let described = declared.iter().flat_map(|at| description(text, *at)).collect::<Vec<_>>();
    let at = finding.primary.span.start as usize;
    let around = opener(text, at).filter(|_| !words.is_empty());
    let places: Vec<usize> = declared.iter().copied().chain(statements(context, text, at)).chain([at]).chain(around).collect();
    let comments = places.iter().filter(|_| !words.is_empty()).flat_map(|at| comments(text, *at));
    comments.chain(described).find(|line| {
        let line = line.to_lowercase();
        words.iter().any(|word| line.contains(word.as_str()))
    })
}

/// The line that opens the block of which a place is the first statement: a comment above it speaks of what is done there.
fn opener(text: &str, at: usize) -> Option<usize> {
    let line = text.get(..at)?.rfind('\n')?;
    let above = text[..line].rfind('\n').map_or(0, |end| end + 1);
    let said = text[above..line].trim_end();
    let opens = ["if ", "else", "} else", "match "].iter().any(|word| said.trim_start().starts_with(word));
    (opens && said.ends_with(['{', ':'])).then_some(above)
}

/// The comment in the function around a fault that tells a linter what to find there.
fn specimen<'a>(context: &Context, text: &'a str, finding: &Finding) -> Option<&'a str> {
    let at = finding.primary.span.start;
    let id = context.facts.function_at(Span::new(at, at));
    let span = context.facts.function(id).span;
    // A module is as long as all that stands in it, and each of its faults would ask for all of that.
    let text = text.get(span.start as usize..span.end as usize).filter(|_| !context.facts.is_module(id))?;
    let words = &context.words.words.specimens;
    let tells = |line: &&str| {
        let said = MARKS.iter().find_map(|mark| line.strip_prefix(mark)).map(str::trim_start);
        said.is_some_and(|said| words.iter().any(|word| said.starts_with(word.as_str())))
    };
    text.lines().filter(|_| !words.is_empty()).map(str::trim_start).find(tells)
}

/// The line above a function around the fault that says who lets go of what it hands out.
fn owed<'a>(context: &Context, text: &'a str, finding: &Finding) -> Option<&'a str> {
    let (facts, words) = (context.facts, &context.words.owed);
    let at = finding.primary.span.start;
    let heads = facts.enclosing(facts.function_at(Span::new(at, at))).map(|id| facts.function(id).head.start as usize);
    heads.filter(|_| !words.is_empty()).flat_map(|head| documentation(text, head)).find(|line| {
        let line = line.to_lowercase();
        words.iter().any(|word| line.contains(word.as_str()))
    })
}

/// The lines of the comment directly above a place, be it one of lines or a block.
fn documentation(text: &str, at: usize) -> impl Iterator<Item = &str> {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).unwrap_or(0);
    let above = text.get(..start).unwrap_or_default().lines().rev().map(str::trim);
    let lines = above.take_while(|line| ["*", "//", "/*"].iter().any(|mark| line.starts_with(mark)));
    lines.map(|line| line.trim_start_matches(['/', '*', ' ']))
}

/// Where the statements around a place begin, above which a comment on it stands, as far as they are one expression.
fn statements(context: &Context, text: &str, at: usize) -> Vec<usize> {
    let facts = context.facts;
    let place = Span::new(at as u32, at as u32);
    let whole = |step: &Span| {
        text.get(step.start as usize..at).is_some_and(|before| !before.contains([';', '{']) && !before.contains(":\n"))
    };
    let around = |function: FunctionId| {
        let steps = &facts.function(function).steps;
        let begun = steps.partition_point(|step| facts.step(*step).span.start < place.start);
        // The last to begin holds the place, or none does: those before it that hold it as well have bodies.
        let spans = steps[..begun].iter().rev().map(|step| facts.step(*step).span);
        spans.take_while(|span| place.start < span.end && whole(span)).map(|span| span.start as usize)
    };
    facts.enclosing(facts.function_at(place)).flat_map(around).collect()
}

/// The text below the head of a declaration, in triple quotes, that says what it is.
fn description(text: &str, head: usize) -> Vec<&str> {
    let body = text.get(head..).and_then(|rest| rest.split_once('\n')).map_or("", |(_, body)| body.trim_start());
    let quoted = ["\"\"\"", "'''"].iter().find_map(|quotes| body.strip_prefix(quotes)?.split_once(quotes));
    quoted.map_or_else(Vec::new, |(said, _)| said.lines().map(str::trim).collect())
}

/// What comments begin with.
const MARKS: [&str; 2] = ["#", "//"];

/// The comment on the line of a place, and those directly above it.
fn comments(text: &str, at: usize) -> Vec<&str> {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let own = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let beside = MARKS.iter().find_map(|mark| own.split_once(&format!("{mark} "))).map(|(_, comment)| comment);
    // A block for what is not safe stands around one statement, and the comment above it is about that.
    let above = text.get(..start).unwrap_or_default().lines().rev().map(str::trim_start).skip_while(|line| *line == "unsafe {");
    let above = above.take_while(|line| MARKS.iter().any(|mark| line.starts_with(mark)));
    let above = above.map(|line| line.trim_start_matches(['#', '/', '*', ' ']));
    beside.into_iter().chain(above).collect()
}
