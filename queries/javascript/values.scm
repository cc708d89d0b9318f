; Expressions. What no pattern names, such as parentheses, stands for what is inside it.

(identifier) @name
(shorthand_property_identifier) @name
(shorthand_property_identifier_pattern) @name
(super) @name
(import) @name
(this) @this
(member_expression object: (_) @field.base optional_chain: (_)? @field.maybe property: (_) @field.name) @field
(subscript_expression object: (_) @index.base index: (_) @index.key) @index
(call_expression function: (_) @call.callee arguments: (_) @call.args) @call
(new_expression constructor: (_) @construct.callee arguments: (_) @construct.args) @construct
(spread_element) @spread

(variable_declaration) @local.function
(variable_declarator name: (_) @local.target value: (_) @local.value) @local
(assignment_expression left: (_) @assign.target right: (_) @assign.value) @assign
(augmented_assignment_expression left: (_) @assign.target operator: _ @assign.operator right: (_) @assign.value) @assign
(update_expression argument: (_) @assign.target operator: _ @assign.operator) @assign

(array) @list
(array_pattern) @list
(object) @map
(object_pattern) @map
(pair key: (_) @pair.key value: (_) @pair.value) @pair
(pair_pattern key: (_) @pair.key value: (_) @pair.value) @pair

(ternary_expression condition: (_) @choice.condition consequence: (_) @choice.then alternative: (_) @choice.else) @choice
(binary_expression operator: _ @operation.operator) @operation
(unary_expression operator: _ @operation.operator) @operation
(await_expression) @await
(yield_expression "*" @yield.from) @yield

(string) @text
(template_string) @text
(regex) @text
(number) @number
(true) @true
(false) @false
(null) @null
(undefined) @null
(jsx_closing_element) @ignored
(comment) @comment
(html_comment) @comment
