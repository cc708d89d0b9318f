use super::{
    Binding, BindingId, Callee, Confined, Definition, ExitKind, Expr, ExprId, ExprKind, Facts, Function, FunctionId,
    FunctionKind, List, Literal, Name, Operation, Parent, Place, PlaceId, Root, Segment, Source, Step, StepId, StepKind, Type,
    TypeId,
};

/// What stands around an expression or step, innermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// A larger expression.
    Expr(ExprId),
    /// A step of flow.
    Step(StepId),
}

impl Facts {
    /// The expression of this id.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }

    /// What the expression is.
    pub fn kind(&self, id: ExprId) -> ExprKind {
        self.exprs[id.index()].kind
    }

    /// The step of this id.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.index()]
    }

    /// The function of this id.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }

    /// Every function with its id, the module body first.
    pub fn functions(&self) -> impl Iterator<Item = (FunctionId, &Function)> {
        self.functions.iter().enumerate().map(|(at, function)| (FunctionId(at as u32), function))
    }

    /// The type of this id.
    pub fn ty(&self, id: TypeId) -> &Type {
        &self.types[id.index()]
    }

    /// Every type with its id.
    pub fn types(&self) -> impl Iterator<Item = (TypeId, &Type)> {
        self.types.iter().enumerate().map(|(at, ty)| (TypeId(at as u32), ty))
    }

    /// The binding of this id.
    pub fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.index()]
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.names.text(name)
    }

    /// The expressions of a list.
    pub fn list(&self, list: List) -> &[ExprId] {
        &self.lists[list.start as usize..(list.start + list.len) as usize]
    }

    /// The function in whose body an expression stands.
    pub fn function_of(&self, expr: ExprId) -> FunctionId {
        self.scopes[self.expr(expr).scope.index()].function
    }

    /// The function in whose body a step stands.
    pub fn function_of_step(&self, step: &Step) -> FunctionId {
        self.scopes[step.scope.index()].function
    }

    /// Every step directly inside a function, in textual order.
    pub fn steps_in(&self, function: FunctionId) -> impl Iterator<Item = &Step> {
        self.function(function).steps.iter().map(|step| self.step(*step))
    }

    /// Whether a name stands, below a point of a function, in arguments that are not read.
    pub fn is_unread(&self, name: Name, function: FunctionId, after: u32) -> bool {
        let inside = self.function(function).span;
        let spans = self.unread.get(&name);
        spans.is_some_and(|spans| spans.iter().any(|span| inside.contains(*span) && span.start >= after))
    }

    /// What a call calls; empty for anything that is no call.
    pub fn callee(&self, call: ExprId) -> Callee {
        self.callees.get(&call).copied().unwrap_or_default()
    }

    /// The dotted path of what a call calls.
    pub fn callee_path(&self, call: ExprId) -> Option<&str> {
        self.callee(call).path.map(|name| self.text(name))
    }

    /// The method or function name of what a call calls.
    pub fn callee_name(&self, call: ExprId) -> Option<&str> {
        self.callee(call).name.map(|name| self.text(name))
    }

    /// The method name, if the call has a receiver, or names the type that the method belongs to.
    pub fn method_name(&self, call: ExprId) -> Option<&str> {
        let callee = self.callee(call);
        let scoped = matches!(self.kind(call), ExprKind::Call { callee, .. } if self.scoped.contains(&callee));
        callee.name.filter(|_| scoped || callee.receiver.is_some()).map(|name| self.text(name))
    }

    /// The arguments of a call; nothing for anything that is no call.
    pub fn args(&self, call: ExprId) -> &[ExprId] {
        match self.kind(call) {
            ExprKind::Call { args, .. } => self.list(args),
            _ => &[],
        }
    }

    /// The value of the argument with this keyword, or else at this position.
    pub fn argument(&self, call: ExprId, keyword: &str, position: Option<usize>) -> Option<ExprId> {
        let args = self.args(call);
        let named = args.iter().find_map(|arg| match self.kind(*arg) {
            ExprKind::Named { name, value } if self.text(name) == keyword => Some(value),
            _ => None,
        });
        let option = || args.iter().find_map(|arg| self.entry(*arg, keyword));
        named.or_else(option).or_else(|| self.positional(call, position?))
    }

    /// Whether an expression is an object literal, or a variable that is given one once.
    pub fn is_options(&self, expr: ExprId) -> bool {
        self.options(expr).is_some()
    }

    /// Whether a call is given something that may hold options and does not show them.
    pub fn has_hidden_options(&self, call: ExprId) -> bool {
        let shown = |arg: &ExprId| match self.kind(*arg) {
            ExprKind::Literal(_) | ExprKind::Closure(_) => true,
            _ => self
                .options(*arg)
                .is_some_and(|items| self.list(items).iter().all(|item| !matches!(self.kind(*item), ExprKind::Spread(_)))),
        };
        !self.args(call).iter().all(shown)
    }

    /// The entries of an object literal, or of a variable that is given one once.
    pub fn options(&self, object: ExprId) -> Option<List> {
        let made = match self.binding_of(object).map(|binding| self.binding(binding).definitions.as_slice()) {
            Some([only]) => self.value_of(only)?,
            Some(_) => return None,
            None => object,
        };
        match self.kind(made) {
            ExprKind::Collection { kind: super::CollectionKind::Map, items } => Some(items),
            _ => None,
        }
    }

    /// The positional argument at this position, if no spread comes before it.
    pub fn positional(&self, call: ExprId, position: usize) -> Option<ExprId> {
        let plain = |arg: &ExprId| !matches!(self.kind(*arg), ExprKind::Named { .. } | ExprKind::Spread(_));
        self.args(call).iter().take_while(|arg| plain(arg)).nth(position).copied()
    }

    /// Whether a call has an argument whose elements are not visible (`*args`, `**options`).
    pub fn has_spread(&self, call: ExprId) -> bool {
        self.args(call).iter().any(|arg| matches!(self.kind(*arg), ExprKind::Spread(_)))
    }

    /// The place an expression denotes.
    pub fn place(&self, expr: ExprId) -> Option<PlaceId> {
        self.place_of.get(&expr).copied()
    }

    /// What is done to a place, in textual order.
    pub fn operations(&self, place: PlaceId) -> &[Operation] {
        self.operations.get(place.index()).map_or(&[], Vec::as_slice)
    }

    /// The place one segment further, if the file mentions it.
    pub fn member(&self, place: PlaceId, segment: Segment) -> Option<PlaceId> {
        let Place { root, mut path } = self.places.get(place).clone();
        path.push(segment);
        self.places.find(&Place { root, path })
    }

    /// The place as a person would write it.
    pub fn display(&self, place: PlaceId) -> String {
        let Place { root, path } = self.places.get(place);
        let mut text = match *root {
            Root::Binding(binding) => self.text(self.binding(binding).name).to_owned(),
            Root::Instance(_) => self.instance.clone(),
            Root::Static(ty) => self.text(self.ty(ty).name).to_owned(),
            Root::External(name) => self.text(name).to_owned(),
        };
        for segment in path {
            match segment {
                Segment::Field(name) => {
                    text.push('.');
                    text.push_str(self.text(*name));
                }
                Segment::Item => text.push_str("[…]"),
            }
        }
        text
    }

    /// What a name refers to, for an expression that is a name.
    pub fn binding_of(&self, expr: ExprId) -> Option<BindingId> {
        match self.kind(expr) {
            ExprKind::Name { binding, .. } => binding,
            _ => None,
        }
    }

    /// The expression without what does not change its value: await, `?`, calls that only wrap or unwrap it.
    pub fn peeled(&self, mut expr: ExprId) -> ExprId {
        loop {
            expr = match self.kind(expr) {
                ExprKind::Await(inner) | ExprKind::Try(inner) => inner,
                _ => match self.wraps.get(&expr) {
                    Some(inner) => *inner,
                    None => return expr,
                },
            };
        }
    }

    /// The literal an expression is.
    pub fn literal(&self, expr: ExprId) -> Option<Literal> {
        match self.kind(expr) {
            ExprKind::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// The value of an option of a call: a named argument, or an entry of an object literal among the arguments.
    pub fn option(&self, call: ExprId, word: &str) -> Option<ExprId> {
        let value = |arg: &ExprId| match self.kind(*arg) {
            ExprKind::Named { name, value } if self.text(name) == word => Some(value),
            _ => self.entry(*arg, word),
        };
        self.args(call).iter().find_map(value)
    }

    /// Everything around an expression, innermost first, up to the body of its function.
    pub fn around(&self, expr: ExprId) -> impl Iterator<Item = Around> {
        self.climb(self.expr(expr).parent)
    }

    /// Everything around a step, innermost first, up to the body of its function.
    pub fn around_step(&self, step: StepId) -> impl Iterator<Item = Around> {
        self.climb(self.step(step).parent)
    }

    fn climb(&self, from: Parent) -> impl Iterator<Item = Around> {
        let mut next = from;
        std::iter::from_fn(move || match next {
            Parent::None => None,
            Parent::Expr(id) => {
                next = self.expr(id).parent;
                Some(Around::Expr(id))
            }
            Parent::Step(id) => {
                next = self.step(id).parent;
                Some(Around::Step(id))
            }
        })
    }

    /// The step in which an expression is evaluated.
    pub fn step_of(&self, expr: ExprId) -> Option<StepId> {
        self.around(expr).find_map(|around| match around {
            Around::Step(step) => Some(step),
            Around::Expr(_) => None,
        })
    }

    /// Whether an expression stands in the given block of a step around it.
    pub fn in_block(&self, expr: ExprId, block: &[StepId]) -> bool {
        self.around(expr).any(|around| matches!(around, Around::Step(step) if block.contains(&step)))
    }

    /// Whether an expression stands where a failure is dealt with.
    pub fn in_handler(&self, expr: ExprId) -> bool {
        self.around(expr).any(|around| match around {
            Around::Step(step) => match &self.step(step).kind {
                StepKind::Try { handlers, .. } => handlers.iter().any(|handler| self.in_block(expr, &handler.body)),
                _ => false,
            },
            Around::Expr(_) => false,
        })
    }

    /// Whether an expression stands in an arm of a branch that ends by raising.
    pub fn before_raise(&self, expr: ExprId) -> bool {
        let raises = |step: &StepId| matches!(self.step(*step).kind, StepKind::Exit { kind: ExitKind::Raise, .. });
        self.around(expr).any(|around| match around {
            Around::Step(step) => match &self.step(step).kind {
                StepKind::Branch { then, otherwise, .. } => {
                    [then, otherwise].into_iter().any(|arm| self.in_block(expr, arm) && arm.last().is_some_and(raises))
                }
                _ => false,
            },
            Around::Expr(_) => false,
        })
    }

    /// Whether an expression runs in a loop of its own function.
    pub fn in_loop(&self, expr: ExprId) -> bool {
        self.loop_around(expr).is_some()
    }

    /// The innermost loop of its own function whose body holds an expression.
    pub fn loop_around(&self, expr: ExprId) -> Option<StepId> {
        self.around(expr).find_map(|around| match around {
            Around::Step(step) => match &self.step(step).kind {
                StepKind::Loop { body, header, .. } if Some(expr) != *header && self.in_block(expr, body) => Some(step),
                _ => None,
            },
            Around::Expr(_) => None,
        })
    }

    /// The function itself and every function around it, innermost first.
    pub fn enclosing(&self, function: FunctionId) -> impl Iterator<Item = FunctionId> {
        std::iter::successors(Some(function), |id| self.function(*id).parent)
    }

    /// The innermost type whose method, or part of a method, a function is.
    pub fn owner_of(&self, function: FunctionId) -> Option<TypeId> {
        self.enclosing(function).find_map(|id| self.function(id).owner)
    }

    /// The type whose instance the language's word for it means in a function, and whether it means the type itself.
    pub fn instance_in(&self, function: FunctionId) -> Option<(TypeId, bool)> {
        for id in self.enclosing(function) {
            let function = self.function(id);
            if let Some(owner) = function.owner {
                return Some((owner, function.traits.is_static));
            }
            if function.traits.own_instance {
                return None;
            }
        }
        None
    }

    /// Whether a function is the body of a module that is loaded once; the script of a page may run for each instance.
    pub fn is_module(&self, function: FunctionId) -> bool {
        self.function(function).kind == FunctionKind::Module && !self.per_instance
    }

    /// Whether the code of a function runs once, when its file is loaded: the module body, and what is called on the spot there.
    pub fn at_top(&self, function: FunctionId) -> bool {
        !self.per_instance
            && self.enclosing(function).all(|id| {
                let function = self.function(id);
                function.kind == FunctionKind::Module || function.traits.is_immediate
            })
    }

    /// Whether a variable is made once, when its file is loaded.
    pub fn is_global(&self, binding: BindingId) -> bool {
        self.at_top(self.scopes[self.binding(binding).scope.index()].function)
    }

    /// The text of a string, where the language keeps the texts of strings and this one is short.
    pub fn literal_text(&self, expr: ExprId) -> Option<&str> {
        self.texts.get(&expr).map(|name| self.text(*name))
    }

    /// The value that an object literal, or a variable that is given one once, has under a name.
    pub fn entry(&self, object: ExprId, name: &str) -> Option<ExprId> {
        let items = self.options(object)?;
        self.list(items).iter().find_map(|item| match self.kind(*item) {
            ExprKind::Named { name: own, value } if self.text(own) == name => Some(value),
            ExprKind::Pair { key, value } if self.exported.is_some() && self.literal_text(key) == Some(name) => Some(value),
            ExprKind::Name { name: own, .. } if self.text(own) == name => Some(*item),
            _ => None,
        })
    }

    /// Whether code in other files can get at a place by its name.
    pub fn is_public(&self, place: PlaceId) -> bool {
        let Place { root, path } = self.places.get(place);
        match (path.last(), *root) {
            (Some(Segment::Field(name)), Root::Instance(ty) | Root::Static(ty)) => {
                !self.text(*name).starts_with(['_', '#']) && !self.hidden_fields.contains(&(ty, *name))
            }
            (None, Root::Binding(binding)) => {
                let spelled = || !self.text(self.binding(binding).name).starts_with('_');
                self.exported.as_ref().map_or_else(spelled, |exported| exported.contains(&binding))
            }
            _ => true,
        }
    }

    /// Whether a place is declared without the word that puts it in reach beyond its module.
    pub fn is_confined(&self, place: PlaceId) -> bool {
        let Place { root, path } = self.places.get(place);
        match (path.last(), *root) {
            (Some(Segment::Field(name)), Root::Instance(ty) | Root::Static(ty)) => {
                self.confined.contains(&Confined::Field(ty, *name))
            }
            (None, Root::Binding(binding)) => self.confined.contains(&Confined::Name(binding)),
            _ => false,
        }
    }

    /// The method of the owner that a function is, or is nested in.
    pub fn method_of(&self, function: FunctionId) -> Option<FunctionId> {
        self.enclosing(function).find(|id| self.function(*id).owner.is_some())
    }

    /// The method of this name, in the type or in a base that this file defines.
    pub fn method(&self, ty: TypeId, name: &str) -> Option<FunctionId> {
        let name = self.names.find(name)?;
        self.lineage(ty)
            .into_iter()
            .find_map(|ty| self.ty(ty).methods.iter().copied().find(|method| self.function(*method).name == Some(name)))
    }

    /// The type and its bases in this file, nearest first.
    pub fn lineage(&self, ty: TypeId) -> Vec<TypeId> {
        let mut all = vec![ty];
        let mut at = 0;
        while at < all.len() {
            for base in &self.ty(all[at]).local_bases {
                if !all.contains(base) {
                    all.push(*base);
                }
            }
            at += 1;
        }
        all
    }

    /// The fields of the instances of a type, as far as its file mentions them.
    pub fn fields_of(&self, ty: TypeId) -> impl Iterator<Item = PlaceId> {
        let own = move |place: &Place| place.root == Root::Instance(ty) && matches!(place.path.as_slice(), [Segment::Field(_)]);
        self.places.iter().filter(move |(_, place)| own(place)).map(|(id, _)| id)
    }

    /// A base without the arguments that it is given: `Base` of `Base[int]`.
    pub fn generic(&self, base: ExprId) -> ExprId {
        match self.kind(base) {
            ExprKind::Index { base, .. } if !self.typed => base,
            _ => base,
        }
    }

    /// The fully qualified name of a function: types and functions around it, joined by dots; empty for the module.
    pub fn qualified(&self, function: FunctionId) -> String {
        let mut parts: Vec<&str> = Vec::new();
        for id in self.enclosing(function) {
            let function = self.function(id);
            let name = match function.kind {
                FunctionKind::Module => None,
                FunctionKind::TypeBody => function.owner.map(|ty| self.text(self.ty(ty).name)),
                FunctionKind::Named => function.name.map(|name| self.text(name)),
                FunctionKind::Closure => Some("<closure>"),
            };
            parts.extend(name);
            // A method that is given to its type from outside stands in no body of it.
            let inside =
                function.parent.is_some_and(|parent| self.enclosing(parent).any(|id| self.function(id).owner == function.owner));
            if let (FunctionKind::Named, Some(owner), false) = (function.kind, function.owner, inside) {
                parts.push(self.text(self.ty(owner).name));
            }
        }
        parts.reverse();
        parts.join(".")
    }

    /// Every value a place is given, in textual order.
    pub fn definitions_of(&self, place: PlaceId) -> Vec<Definition> {
        let Place { root, path } = self.places.get(place);
        if let (Root::Binding(binding), true) = (root, path.is_empty()) {
            return self.binding(*binding).definitions.clone();
        }
        let assigned = |operation: &Operation| match operation.action {
            super::Action::Assign(source) => {
                let annotation = match self.expr(operation.expr).parent {
                    Parent::Expr(parent) => match self.kind(parent) {
                        ExprKind::Assign { annotation, .. } => annotation,
                        _ => None,
                    },
                    _ => None,
                };
                Some(Definition { target: operation.expr, source, annotation })
            }
            _ => None,
        };
        self.operations(place).iter().filter_map(assigned).collect()
    }

    /// The value of a definition, where it is one expression as a whole.
    pub fn value_of(&self, definition: &Definition) -> Option<ExprId> {
        match definition.source {
            Source::Assigned(value) | Source::Managed(value) => Some(value),
            _ => None,
        }
    }
}
