; What runs when, and the ways out.

(source_file) @block
(block) @block
(declaration_list) @block
(unsafe_block (block) @block.body) @block
(const_block body: (_) @block.body) @block
(gen_block (block) @block.body) @block
(try_block (block) @block.body) @block
(mod_item body: (_) @block.body) @block
(foreign_mod_item) @ignored

(if_expression condition: (_) @branch.condition consequence: (_) @branch.then) @branch
(if_expression alternative: (else_clause (_) @branch.else)) @branch
(while_expression condition: (_) @while.condition body: (_) @while.body) @while
(for_expression pattern: (_) @each.target value: (_) @each.iterable body: (_) @each.body) @each
(loop_expression body: (_) @forever.body) @forever

(match_expression value: (_) @switch.subject) @switch
(match_expression body: (match_block (match_arm) @switch.arm)) @switch
(match_arm pattern: (match_pattern !condition . (_) @arm.pattern)) @arm
(match_arm pattern: (match_pattern . (_) @arm.pattern condition: (_) @arm.guard)) @arm
(match_arm pattern: (match_pattern "_" condition: (_) @arm.guard)) @arm
(match_arm value: (_) @arm.body) @arm

(return_expression) @return
; Macros that end the path are read as `yield`, a word the language itself does not use yet.
(yield_expression) @raise
(break_expression) @break
(continue_expression) @continue
; Only who means an outer loop names one, and the inner loop ends there.
(continue_expression (label)) @break
(try_expression (_) @propagate.value) @propagate
