//! The type that owns something: where it ends, what its end reaches, and how often its functions run.

use super::callback;
use super::life;
use super::life::Start;
use super::sole;
use crate::facts::{
    Action, Binding, BindingKind, ExitKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Literal, LoopKind, Name,
    Operation, Operator, Parent, Place, PlaceId, Root, Source, StepId, StepKind, TypeId,
};
use crate::rules::Words;
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// How often a function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// At import, in a test, or as the program's main function.
    Once,
    /// Once for each instance.
    PerInstance,
    /// Each time somebody calls it.
    PerCall,
}

/// How often the code of a function runs, as far as its kind and its callers tell.
pub fn runs(facts: &Facts, words: &Words, function: FunctionId) -> Runs {
    for id in facts.enclosing(function) {
        match facts.function(id).kind {
            FunctionKind::Named => return named(facts, words, id),
            // What it leaves there goes with that page or process.
            FunctionKind::Closure if is_sent(facts, words, id) => return Runs::Once,
            FunctionKind::Closure => match life::start(facts, words, id) {
                Start::Effect | Start::Begin => return Runs::PerInstance,
                // What marks a beginning or an end comes once for whoever waits for it.
                Start::Again if super::event::is_milestone(facts, words, id) => {}
                Start::Again => return Runs::PerCall,
                // Where functions are values, one that is given a name is called by it.
                Start::Named if !words.life.effects.is_empty() => return named(facts, words, id),
                Start::Named | Start::End | Start::Inside => {}
            },
            // Fields that are given a value in the body of their type are filled for every instance.
            FunctionKind::TypeBody if !words.life.effects.is_empty() => return Runs::PerInstance,
            FunctionKind::Module if facts.per_instance => return Runs::PerInstance,
            FunctionKind::Module | FunctionKind::TypeBody => {}
        }
    }
    Runs::Once
}

/// Whether a closure is given to a call that runs it in a page or process of its own.
fn is_sent(facts: &Facts, words: &Words, closure: FunctionId) -> bool {
    let Some(expr) = facts.closure_expr(closure).filter(|_| !words.elsewhere.is_empty()) else { return false };
    let Parent::Expr(call) = facts.expr(expr).parent else { return false };
    facts.args(call).contains(&expr)
        && facts.callee_name(call).is_some_and(|name| words.elsewhere.iter().any(|word| word == name))
}

/// How often a function runs that has a name.
fn named(facts: &Facts, words: &Words, named: FunctionId) -> Runs {
    let own = facts.function(named);
    let name = life::name_of(facts, named).map_or("", |name| facts.text(name));
    if facts.enclosing(named).any(|id| facts.function(id).traits.is_test) || super::hook::is_startup(facts, words, named) {
        return Runs::Once;
    }
    let keeps = |decorator: &ExprId| {
        let path = facts.path_of(*decorator);
        words.memoizing.iter().any(|word| word.fits(path.as_deref(), None))
    };
    if own.params.is_empty() && own.decorators.iter().any(keeps) {
        return Runs::Once;
    }
    if own.traits.is_constructor || words.life.begins.iter().any(|word| word == name) || life::sets_up(facts, words, named) {
        return Runs::PerInstance;
    }
    if only_from_constructors(facts, named) {
        return Runs::PerInstance;
    }
    let starts = own.owner.is_none()
        && !life::is_shared_setup(facts, words, named)
        && (super::key::starts_with(&words.setup, name) || super::lifetime::only_at_import(facts, named));
    let outer = own.parent.filter(|parent| facts.function(*parent).kind == FunctionKind::Named);
    let inside_start = outer.is_some_and(|outer| runs(facts, words, outer) == Runs::Once);
    if starts || inside_start { Runs::Once } else { Runs::PerCall }
}

/// Whether the name of a function says that it begins something.
pub fn starts(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    super::key::starts_with(&words.beginning, name_of(facts, function))
}

/// Whether this file calls a function, and only while instances are made.
fn only_from_constructors(facts: &Facts, function: FunctionId) -> bool {
    let calls = &facts.function(function).callers;
    !calls.is_empty() && calls.iter().all(|call| facts.function(facts.function_of(*call)).traits.is_constructor)
}

/// The methods that end an instance, those of its bases and heirs in this file included.
pub fn teardowns(facts: &Facts, ty: TypeId) -> Vec<FunctionId> {
    let methods = facts.relatives(ty).into_iter().flat_map(|ty| facts.ty(ty).methods.iter().copied());
    methods.filter(|method| facts.function(*method).traits.is_teardown && !sole::is_no_end(facts, *method)).collect()
}

/// Whether the type inherits from one that this file does not show.
pub fn has_hidden_base(facts: &Facts, ty: TypeId) -> bool {
    facts.lineage(ty).into_iter().any(|ty| {
        let ty = facts.ty(ty);
        ty.bases.iter().filter(|base| !matches!(facts.kind(**base), ExprKind::Named { .. })).count() > ty.local_bases.len()
    })
}

/// Every function that runs when one of these runs: what they call or mention of the same type, and what is nested in them.
pub fn reach(facts: &Facts, ty: Option<TypeId>, starts: &[FunctionId]) -> FxHashSet<FunctionId> {
    let methods: Vec<FunctionId> = ty.map_or_else(Vec::new, |ty| {
        facts.relatives(ty).into_iter().flat_map(|ty| facts.ty(ty).methods.iter().copied()).collect()
    });
    let mut next: FxHashMap<FunctionId, Vec<FunctionId>> = FxHashMap::default();
    for (from, to) in mentions(facts, &methods) {
        next.entry(from).or_default().push(to);
    }
    let mut reached: FxHashSet<FunctionId> = FxHashSet::default();
    let mut open: Vec<FunctionId> = starts.to_vec();
    while let Some(function) = open.pop() {
        if reached.insert(function) {
            open.extend(next.get(&function).into_iter().flatten());
            open.extend(facts.inner(function));
            open.extend(facts.function(function).calls.iter().filter_map(|call| called(facts, *call)));
            open.extend(facts.function(function).calls.iter().flat_map(|call| entrusted(facts, *call)));
        }
    }
    reached
}

/// The function of this file that a call runs, by its own name or by that of a variable: `const stop = useCallback(() => …)`.
fn called(facts: &Facts, call: ExprId) -> Option<FunctionId> {
    facts.callee(call).function.or_else(|| match facts.kind(call) {
        ExprKind::Call { callee, .. } if matches!(facts.kind(callee), ExprKind::Name { .. }) => {
            callback::function_behind(facts, callee)
        }
        _ => None,
    })
}

/// The methods of the instance that a field was made with on which a call is made: `this.once = new Once(this.end)`, and
/// `this.once.call()`.
fn entrusted(facts: &Facts, call: ExprId) -> Vec<FunctionId> {
    let held = facts.callee(call).receiver.filter(|_| facts.exported.is_some()).and_then(|on| facts.place(on));
    let field =
        held.filter(|place| matches!(facts.places.get(*place), Place { root: Root::Instance(_), path } if path.len() == 1));
    let Some(field) = field else { return Vec::new() };
    let made = facts.definitions_of(field).into_iter().filter_map(|one| facts.value_of(&one));
    let method = |arg: &ExprId| match facts.kind(*arg) {
        ExprKind::Field { base, name } if callback::is_instance(facts, base) => {
            facts.owner_of(facts.function_of(*arg)).and_then(|ty| facts.method(ty, facts.text(name)))
        }
        _ => None,
    };
    made.flat_map(|value| facts.args(facts.peeled(value)).iter().filter_map(method).collect::<Vec<_>>()).collect()
}

/// Which functions mention which of these methods through the instance.
fn mentions(facts: &Facts, methods: &[FunctionId]) -> Vec<(FunctionId, FunctionId)> {
    let mut named: FxHashMap<Name, Vec<FunctionId>> = FxHashMap::default();
    for method in methods {
        if let Some(name) = facts.function(*method).name {
            named.entry(name).or_default().push(*method);
        }
    }
    let mut found = Vec::new();
    for (name, methods) in named {
        let operations = facts.fields_named(name).iter().flat_map(|place| facts.operations(*place));
        let operations = operations.filter(|operation| !is_taken_off(facts, operation));
        found.extend(operations.flat_map(|operation| methods.iter().map(|method| (operation.function, *method))));
    }
    found
}

/// Whether a method is only named to be called no more: `source.removeEventListener("move", this.moved)`.
fn is_taken_off(facts: &Facts, operation: &Operation) -> bool {
    let Action::Argument { call, .. } = operation.action else { return false };
    let first = facts.method_name(call).and_then(|verb| super::key::split(verb).into_iter().next());
    facts.exported.is_some() && first.is_some_and(|verb| matches!(verb.as_str(), "remove" | "off" | "unsubscribe" | "unlisten"))
}

/// Whether an expression runs at most once for its owner because a flag, or the thing itself, is asked first.
pub fn guarded(facts: &Facts, at: ExprId) -> bool {
    is_guarded(facts, at, &|_| true)
}

/// Whether nothing takes back what is asked first: where a flag is lowered again, the expression runs again as well.
pub fn guarded_for_good(facts: &Facts, at: ExprId) -> bool {
    let lowers = |operation: &Operation| match operation.action {
        Action::Assign(Source::Assigned(value)) => {
            let own = facts.function(operation.function);
            let falls = matches!(facts.literal(value), Some(Literal::Null | Literal::Bool(false)));
            falls && !own.traits.is_constructor && own.kind != FunctionKind::TypeBody && own.kind != FunctionKind::Module
        }
        _ => false,
    };
    is_guarded(facts, at, &|place| !facts.operations(place).iter().any(lowers))
}

fn is_guarded(facts: &Facts, at: ExprId, counts: &dyn Fn(PlaceId) -> bool) -> bool {
    let function = facts.function_of(at);
    let mut spans: Vec<Span> =
        super::lifetime::conditions(facts, at).into_iter().map(|condition| facts.expr(condition).span).collect();
    spans.extend(leaving(facts, at).into_iter().map(|condition| facts.expr(condition).span));
    if facts.exported.is_some() {
        spans.extend(asked(facts, at));
    }
    if spans.is_empty() {
        return false;
    }
    let tested = |span: Span| spans.iter().any(|condition| condition.contains(span));
    // What is declared with a value is not changed by that.
    let changing = |id: &FunctionId| {
        facts.exported.is_none() || matches!(facts.function(*id).kind, FunctionKind::Named | FunctionKind::Closure)
    };
    let family: Vec<FunctionId> = facts.enclosing(function).filter(changing).collect();
    // A method of the instance changes some field, and where the one that is asked for is known, hardly another.
    let known = facts.exported.is_some() || super::reset::again(facts, at).is_some();
    let whole = |place: &Place| known && place.path.is_empty() && matches!(place.root, Root::Instance(_));
    // Whether there is something at all is not changed by what is done with it.
    let plain = |operations: &[Operation]| {
        let mut asked = operations.iter().filter(|operation| tested(facts.expr(operation.expr).span));
        facts.exported.is_some() && asked.all(|operation| operation.action == Action::Tested)
    };
    facts.places.iter().any(|(id, place)| {
        let operations = facts.operations(id);
        !whole(place)
            && lasts(facts, id, function)
            && super::reset::emptied(facts, id, &family).is_none()
            && operations.iter().any(|operation| tested(facts.expr(operation.expr).span) && !is_ability(facts, operation.expr))
            && operations.iter().any(|operation| {
                changes(facts, id, &operation.action)
                    && (!plain(operations) || matches!(operation.action, Action::Assign(_)))
                    && family.contains(&operation.function)
                    && !declares(facts, id, operation.expr)
            })
            && counts(id)
    })
}

/// Whether a mention of a module only asks what the system can do: `hasattr(os, "fork")`, `os.name == "posix"`.
pub fn is_ability(facts: &Facts, mention: ExprId) -> bool {
    let module = facts.binding_of(mention).is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Import(_)));
    let Parent::Expr(around) = facts.expr(mention).parent else { return false };
    module
        && match facts.kind(around) {
            ExprKind::Field { base, .. } => base == mention,
            ExprKind::Call { .. } => facts.callee_name(around) == Some("hasattr"),
            _ => false,
        }
}

/// The operands before an expression in the same operation, which decide whether it is reached: `!id && (id = start())`.
fn asked(facts: &Facts, at: ExprId) -> Vec<Span> {
    let span = facts.expr(at).span;
    let around = facts.around(at).map_while(|around| match around {
        crate::facts::Around::Expr(expr) => Some(expr),
        crate::facts::Around::Step(_) => None,
    });
    let before = around.filter_map(|expr| match facts.kind(expr) {
        ExprKind::Operation { operator: Operator::And | Operator::Or, operands } => facts.list(operands).first().copied(),
        ExprKind::Choice { condition, .. } => Some(condition),
        _ => None,
    });
    before.map(|first| facts.expr(first).span).filter(|first| !first.contains(span)).collect()
}

/// Whether something done to a place changes what it answers. A variable around a function changes when it is written.
fn changes(facts: &Facts, place: PlaceId, action: &Action) -> bool {
    let variable = match facts.places.get(place).root {
        Root::Binding(binding) => facts.binding(binding).scope.0 != 0 && facts.binding(binding).kind == BindingKind::Variable,
        _ => false,
    };
    matches!(action, Action::Assign(_)) || !variable && matches!(action, Action::SetItem { .. } | Action::Method { .. })
}

/// Whether a variable is given its first value where it is declared, which changes nothing that was there before.
fn declares(facts: &Facts, place: PlaceId, target: ExprId) -> bool {
    match facts.places.get(place) {
        Place { root: Root::Binding(binding), path } if path.is_empty() => {
            facts.binding(*binding).definitions.first().is_some_and(|first| first.target == target)
                && !facts.is_global(*binding)
                && facts.scopes[facts.binding(*binding).scope.index()].function == facts.function_of(target)
        }
        _ => false,
    }
}

/// Whether a place outlives one call of a function.
fn lasts(facts: &Facts, place: PlaceId, function: FunctionId) -> bool {
    match facts.places.get(place).root {
        Root::Binding(binding) => {
            let Binding { kind, scope, .. } = facts.binding(binding);
            let declared = facts.scopes[scope.index()].function;
            facts.is_global(binding) || matches!(kind, BindingKind::Parameter(_)) || declared != function
        }
        _ => true,
    }
}

/// The conditions above an expression on which its function is left before it is reached.
pub fn leaving(facts: &Facts, at: ExprId) -> Vec<ExprId> {
    let start = facts.expr(at).span.start;
    let function = facts.function_of(at);
    let here = facts.steps_in(function).filter(|step| step.span.end <= start);
    here.filter_map(|step| match &step.kind {
        StepKind::Branch { condition, then, .. } if exits(facts, then) => Some(*condition),
        _ => None,
    })
    .collect()
}

fn exits(facts: &Facts, block: &[StepId]) -> bool {
    block.last().is_some_and(|last| match facts.step(*last).kind {
        StepKind::Exit { kind, .. } => matches!(kind, ExitKind::Return | ExitKind::Raise | ExitKind::Continue | ExitKind::Break),
        _ => false,
    })
}

/// The call at module level that makes an instance, if every instance this file makes is made there.
pub fn made_at_top(facts: &Facts, ty: TypeId) -> Option<ExprId> {
    let made = &facts.ty(ty).made;
    made.first().copied().filter(|_| made.iter().all(|call| facts.function_of(*call) == FunctionId(0)))
}

/// Whether the type keeps its one instance, as a singleton does: `__new__` or a class method stores it in the type.
pub fn is_single(facts: &Facts, ty: TypeId) -> bool {
    facts.places.iter().any(|(id, place)| {
        let own = matches!(place.root, Root::Static(owner) if owner == ty) && place.path.len() == 1;
        own && facts.operations(id).iter().any(|operation| match operation.action {
            Action::Assign(Source::Assigned(value)) => {
                let call = facts.peeled(value);
                facts.callee(call).constructs == Some(ty)
                    || facts.callee(call).receiver.is_some_and(|base| makes_self(facts, base, operation.function))
                    || calls_type(facts, call, operation.function)
                    || callback::is_instance(facts, value)
            }
            _ => false,
        })
    })
}

/// Whether all instances that the file makes of a type become the one that the type keeps, where it has none yet:
/// `if (!Type.only) Type.only = new Type()`.
pub fn makes_one(facts: &Facts, ty: TypeId) -> bool {
    let made = &facts.ty(ty).made;
    let kept = |call: &ExprId| match facts.expr(*call).parent {
        Parent::Expr(outer) => match facts.kind(outer) {
            ExprKind::Assign { target, .. } => facts
                .place(target)
                .is_some_and(|place| matches!(facts.places.get(place).root, Root::Static(owner) if owner == ty)),
            _ => false,
        },
        _ => false,
    };
    let at_load =
        |call: &ExprId| matches!(facts.function(facts.function_of(*call)).kind, FunctionKind::Module | FunctionKind::TypeBody);
    !made.is_empty() && made.iter().all(|call| kept(call) && (conditional(facts, *call) || at_load(call)))
}

/// `cls()` inside a method of the type.
fn calls_type(facts: &Facts, call: ExprId, function: FunctionId) -> bool {
    match facts.kind(call) {
        ExprKind::Call { callee, .. } => {
            facts.binding_of(callee).is_some_and(|binding| facts.function(function).receiver == Some(binding))
        }
        _ => false,
    }
}

/// `super().__new__(cls)` inside a method that makes instances.
fn makes_self(facts: &Facts, base: ExprId, function: FunctionId) -> bool {
    let own = facts.function(function);
    own.traits.is_class_method && matches!(facts.kind(base), ExprKind::Call { .. })
}

/// Whether a condition stands around or before an expression that can keep it from being reached.
pub fn conditional(facts: &Facts, at: ExprId) -> bool {
    !super::lifetime::conditions(facts, at).is_empty() || !leaving(facts, at).is_empty() || chosen(facts, at) || caught(facts, at)
}

/// Whether an expression is reached only when something has failed.
fn caught(facts: &Facts, at: ExprId) -> bool {
    let span = facts.expr(at).span;
    facts.around(at).any(|around| match around {
        crate::facts::Around::Step(step) => match &facts.step(step).kind {
            StepKind::Try { handlers, .. } => {
                handlers.iter().any(|handler| handler.body.iter().any(|step| facts.step(*step).span.contains(span)))
            }
            _ => false,
        },
        crate::facts::Around::Expr(_) => false,
    })
}

/// Whether an expression stands in one arm of a switch, or of a choice between values.
pub fn chosen(facts: &Facts, at: ExprId) -> bool {
    let span = facts.expr(at).span;
    let within = |expr: ExprId| facts.expr(expr).span.contains(span);
    facts.around(at).any(|around| match around {
        crate::facts::Around::Step(step) => match facts.step(step).kind {
            StepKind::Switch { subject, .. } => !within(subject),
            _ => false,
        },
        crate::facts::Around::Expr(expr) => match facts.kind(expr) {
            ExprKind::Choice { condition, .. } => !within(condition),
            ExprKind::Operation { operator: Operator::And | Operator::Or, operands } => {
                facts.list(operands).first().is_some_and(|first| !within(*first))
            }
            _ => false,
        },
    })
}

/// The function whose body runs an expression, as a person would name it.
pub fn name_of(facts: &Facts, function: FunctionId) -> &str {
    let named = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named);
    named.and_then(|id| facts.function(id).name).map_or("the module", |name| facts.text(name))
}

/// Whether an expression is the negation or the value of a flag, and which operator asks.
pub fn asks(facts: &Facts, condition: ExprId) -> Option<(Operator, ExprId)> {
    match facts.kind(condition) {
        ExprKind::Operation { operator, operands } => facts.list(operands).first().map(|first| (operator, *first)),
        _ => None,
    }
}

/// Whether a function goes on in a loop of its own after an expression, so that what it starts there accompanies it.
pub fn goes_on(facts: &Facts, at: ExprId) -> bool {
    let (function, start) = (facts.function_of(at), facts.expr(at).span.end);
    facts.steps_in(function).any(|step| {
        let looping = matches!(step.kind, StepKind::Loop { kind: LoopKind::Forever | LoopKind::While, .. });
        looping && step.span.start >= start
    })
}
