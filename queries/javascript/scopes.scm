; Functions, types and what they bind. What TypeScript's grammars lack is left out of them by itself.

(function_declaration name: (_) @function.name parameters: (_) @function.params body: (_) @function.body) @function
(function_declaration "async" @function.async) @function
(generator_function_declaration name: (_) @function.name parameters: (_) @function.params body: (_) @function.body) @function
(generator_function_declaration "async" @function.async) @function
(method_definition name: (_) @function.name parameters: (_) @function.params body: (_) @function.body) @function
(method_definition "async" @function.async) @function
(method_definition "static" @function.static) @function
(method_definition decorator: (_) @function.decorator) @function

(arrow_function parameter: (_) @closure.params) @closure
(arrow_function parameters: (_) @closure.params body: (_) @closure.body) @closure
(arrow_function "async" @closure.async) @closure
(function_expression name: (_) @closure.own.name parameters: (_) @closure.own.params body: (_) @closure.own.body) @closure.own
(function_expression "async" @closure.own.async) @closure.own
(generator_function name: (_) @closure.own.name parameters: (_) @closure.own.params body: (_) @closure.own.body) @closure.own
(generator_function "async" @closure.own.async) @closure.own

(assignment_pattern left: (_) @param.name right: (_) @param.default) @param
(object_assignment_pattern left: (_) @param.name right: (_) @param.default) @param
(rest_pattern) @param.rest

(class_declaration name: (_) @type.name body: (_) @type.body) @type
(class_declaration decorator: (_) @type.decorator) @type
(class_declaration (class_heritage) @type.bases) @type
(class name: (_) @type.name body: (_) @type.body) @type
(class (class_heritage) @type.bases) @type
(field_definition property: (_) @member.name value: (_) @member.value) @member
(field_definition decorator: (_) @member.decorator) @member
(field_definition "static") @member.static
(class_static_block body: (_) @block.body) @block
(decorator) @decorator

(import_statement) @import
(import_statement (import_clause (identifier) @import.target) source: (_) @import.module) @import
(import_statement (import_clause (namespace_import (identifier) @import.target)) source: (_) @import.module) @import
(import_statement
  (import_clause (named_imports (import_specifier name: (_) @import.item alias: (_)? @import.alias))) source: (_) @import.module) @import

(export_statement source: (_) @export.module) @export
(export_specifier name: (_) @export.item) @export
