; Expressions.

(identifier) @name
(attribute object: (_) @field.base attribute: (_) @field.name) @field
(subscript value: (_) @index.base subscript: (_) @index.key) @index
(slice) @slice
(call function: (_) @call.callee arguments: (_) @call.args) @call
(keyword_argument name: (_) @named.name value: (_) @named.value) @named
(list_splat) @spread
(dictionary_splat) @spread

(assignment left: (_) @assign.target) @assign
(assignment type: (_) @assign.type) @assign
(assignment right: (_) @assign.value) @assign
(augmented_assignment left: (_) @assign.target operator: _ @assign.operator right: (_) @assign.value) @assign
(named_expression name: (_) @assign.target value: (_) @assign.value) @assign
(delete_statement (_) @delete.target) @delete

(list) @list
(list_pattern) @list
(dictionary) @map
(set) @set
(tuple) @tuple
(tuple_pattern) @tuple
(expression_list) @tuple
(pattern_list) @tuple
(pair key: (_) @pair.key value: (_) @pair.value) @pair
(list_comprehension) @comprehension.list
(dictionary_comprehension) @comprehension.map
(set_comprehension) @comprehension.set
(generator_expression) @comprehension.generator
(for_in_clause left: (_) @clause.target right: (_) @clause.iterable) @clause

(conditional_expression . (_) @choice.then . (_) @choice.condition . (_) @choice.else) @choice
(boolean_operator operator: _ @operation.operator) @operation
(binary_operator operator: _ @operation.operator) @operation
(comparison_operator operators: _ @operation.operator) @operation
(not_operator "not" @operation.operator) @operation
(await (_) @await.value) @await
(yield) @yield
(yield "from" @yield.from) @yield

(string) @text
(concatenated_string) @text
(integer) @number
(float) @number
(true) @true
(false) @false
(none) @null
(ellipsis) @null
(type) @annotation
(comment) @comment
