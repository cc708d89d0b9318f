; What TypeScript adds to functions and types.

(required_parameter pattern: (_) @param.name type: (_) @param.type value: (_) @param.default) @param
(optional_parameter pattern: (_) @param.name type: (_) @param.type value: (_) @param.default) @param
(accessibility_modifier) @modifier
(override_modifier) @ignored

(abstract_class_declaration name: (_) @type.name body: (_) @type.body) @type
(abstract_class_declaration decorator: (_) @type.decorator) @type
(abstract_class_declaration (class_heritage) @type.bases) @type
(extends_clause value: (_) @transparent.value) @transparent
(implements_clause) @ignored
(public_field_definition name: (_) @member.name type: (_) @member.type value: (_) @member.value) @member
(public_field_definition decorator: (_) @member.decorator) @member
(public_field_definition "static") @member.static
(enum_declaration name: (_) @type.name) @type
(internal_module body: (_) @block.body) @block
(module body: (_) @block.body) @block

(import_statement (import_require_clause (identifier) @import.target source: (_) @import.module)) @import
(import_alias) @ignored

(ambient_declaration) @ignored
(interface_declaration) @ignored
(type_alias_declaration) @ignored
(function_signature) @ignored
(method_signature) @ignored
(abstract_method_signature) @ignored
(index_signature) @ignored
(type_parameters) @ignored
(type_arguments) @ignored
