; Expressions, patterns and types.

(identifier) @name
(type_identifier) @name
(primitive_type) @name
(shorthand_field_identifier) @name
(self) @this
(super) @name
(crate) @name
(metavariable) @name

(field_expression value: (_) @field.base field: (_) @field.name) @field
(scoped_identifier path: (_) @path.base name: (_) @path.name) @path
(scoped_type_identifier path: (_) @path.base name: (_) @path.name) @path
(index_expression . (_) @index.base . (_) @index.key) @index
(range_expression) @slice
(call_expression function: (_) @call.callee arguments: (_) @call.args) @call
(generic_function function: (_) @transparent.value) @transparent
(struct_expression name: (_) @construct.callee body: (_) @construct.args) @construct
(field_initializer field: (_) @named.name value: (_) @named.value) @named
(shorthand_field_initializer (identifier) @named.name) @named
(base_field_initializer) @spread

(let_declaration pattern: (_) @local.target) @local
(let_declaration type: (_) @local.type) @local
(let_declaration value: (_) @local.value) @local
(let_declaration alternative: (_) @local.else) @local
(let_condition pattern: (_) @local.target value: (_) @local.value) @local
(let_chain "&&" @operation.operator) @operation
(static_item name: (_) @local.static.target type: (_) @local.static.type) @local.static
(static_item value: (_) @local.static.value) @local.static
(const_item name: (_) @local.static.target type: (_) @local.static.type) @local.static
(const_item value: (_) @local.static.value) @local.static

(assignment_expression left: (_) @assign.target right: (_) @assign.value) @assign
(compound_assignment_expr left: (_) @assign.target operator: _ @assign.operator right: (_) @assign.value) @assign

(array_expression) @list
(tuple_expression) @tuple
(tuple_pattern) @tuple
(slice_pattern) @tuple
(tuple_struct_pattern type: (_) @destructure.name) @destructure
(struct_pattern type: (_) @destructure.name) @destructure
(field_pattern name: (_) @named.name) @named
(field_pattern pattern: (_) @named.value) @named
(remaining_field_pattern) @ignored
(mut_pattern (mutable_specifier) . (_) @transparent.value) @transparent
(ref_pattern (_) @transparent.value .) @transparent
(reference_pattern (_) @transparent.value .) @transparent

(reference_expression value: (_) @borrow.value) @borrow
(unary_expression "*" (_) @transparent.value) @transparent
(unary_expression "!" @operation.operator) @operation
(unary_expression "-" @operation.operator) @operation
(negative_literal "-" @operation.operator) @operation
(type_cast_expression value: (_) @transparent.value) @transparent
(parenthesized_expression (_) @transparent.value) @transparent
(binary_expression operator: _ @operation.operator) @operation
(await_expression (_) @await.value) @await

(string_literal) @text
(raw_string_literal) @text
(char_literal) @text
(integer_literal) @number
(float_literal) @number
(boolean_literal "true") @true
(boolean_literal "false") @false
(unit_expression) @null

; Types.
(generic_type type: (_) @index.base type_arguments: (_) @index.key) @index
(generic_type_with_turbofish type: (_) @index.base type_arguments: (_) @index.key) @index
(reference_type type: (_) @transparent.value) @transparent
(dynamic_type trait: (_) @transparent.value) @transparent
(abstract_type trait: (_) @transparent.value) @transparent
(pointer_type type: (_) @pointer.value) @pointer
(function_type) @ignored
(lifetime) @ignored
(label) @ignored
(mutable_specifier) @ignored
(visibility_modifier) @ignored
(type_parameters) @ignored
(where_clause) @ignored
(macro_definition) @ignored
(macro_invocation macro: (_) @call.callee) @call
(token_tree) @ignored
(inner_attribute_item) @ignored
; Another name for a type, which says what it is as a declaration does.
(type_item name: (_) @local.type.target type: (_) @local.type.type) @local.type
(associated_type) @ignored
(extern_crate_declaration) @ignored
(empty_statement) @ignored
(line_comment) @comment
(block_comment) @comment
