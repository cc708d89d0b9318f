; Functions, types and what they bind.

(function_definition name: (_) @function.name parameters: (_) @function.params body: (_) @function.body) @function
(function_definition "async" @function.async) @function
(lambda body: (_) @closure.body) @closure
(lambda parameters: (_) @closure.params) @closure

(default_parameter name: (_) @param.name value: (_) @param.default) @param
(typed_parameter . (_) @param.name type: (_) @param.type) @param
(typed_default_parameter name: (_) @param.name type: (_) @param.type value: (_) @param.default) @param
(list_splat_pattern (identifier) @param.name) @param.rest
(dictionary_splat_pattern (identifier) @param.name) @param.options

(class_definition name: (_) @type.name body: (_) @type.body) @type
(class_definition superclasses: (_) @type.bases) @type
(decorated_definition (decorator (_) @decorated.decorator) definition: (_) @decorated.definition) @decorated

(global_statement (identifier) @global.name) @global
(nonlocal_statement (identifier) @nonlocal.name) @nonlocal

(import_statement name: (dotted_name) @import.name) @import
(import_statement name: (aliased_import name: (_) @import.name alias: (_) @import.alias)) @import
(import_from_statement module_name: (_) @import.module name: (dotted_name) @import.item) @import
(import_from_statement module_name: (_) @import.module
  name: (aliased_import name: (_) @import.item alias: (_) @import.alias)) @import
