; Functions, types and what they bind.

(function_item name: (_) @function.name parameters: (_) @function.params body: (_) @function.body) @function
(function_item return_type: (_) @function.returns) @function
(function_item (function_modifiers "async" @function.async)) @function
(function_signature_item name: (_) @function.name parameters: (_) @function.params) @function
(function_signature_item return_type: (_) @function.returns) @function
(closure_expression parameters: (_) @closure.params body: (_) @closure.body) @closure
; An `async` block runs later, like a closure without parameters.
(async_block "async" @closure.async (block) @closure.body) @closure

(parameter pattern: (_) @param.name type: (_) @param.type) @param
(self_parameter) @this

(struct_item name: (_) @type.name) @type
(struct_item body: (_) @type.body) @type
(enum_item name: (_) @type.name body: (_) @type.body) @type
(union_item name: (_) @type.name body: (_) @type.body) @type
(trait_item name: (_) @type.name body: (_) @type.body) @type
(trait_item bounds: (_) @type.bases) @type
(impl_item type: (_) @extend.name body: (_) @extend.body) @extend
(impl_item trait: (_) @extend.bases) @extend
(field_declaration name: (_) @member.name type: (_) @member.type) @member
(ordered_field_declaration_list type: (_) @positional.type) @positional

(attribute_item (attribute) @attribute.decorator) @attribute

(use_declaration argument: (_) @import.tree) @import
(scoped_use_list path: (_) @import.list.module) @import.list
(scoped_use_list list: (_) @import.list.item) @import.list
(use_list) @import.list
(use_as_clause path: (_) @import.as.item alias: (_) @import.as.alias) @import.as
(use_wildcard) @import.all
