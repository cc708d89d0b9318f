; Types, as far as they tell containers and resources, and expressions that only change a type.

(variable_declarator type: (_) @local.type) @local
(assignment_expression "using" @assign.using) @assign
(as_expression . (_) @transparent.value) @transparent
(satisfies_expression . (_) @transparent.value) @transparent
(non_null_expression . (_) @transparent.value) @transparent
(type_assertion (_) @transparent.value .) @transparent
(instantiation_expression . (_) @transparent.value) @transparent

(type_identifier) @name
(predefined_type) @name
(nested_type_identifier module: (_) @field.base name: (_) @field.name) @field
(nested_identifier object: (_) @field.base property: (_) @field.name) @field
(generic_type name: (_) @transparent.value) @transparent
(array_type) @list
(tuple_type) @ignored
(object_type) @ignored
(function_type) @ignored
(constructor_type) @ignored
(conditional_type) @ignored
(lookup_type) @ignored
(index_type_query) @ignored
(type_query) @ignored
(template_literal_type) @ignored
(type_predicate_annotation) @ignored
(asserts_annotation) @ignored
