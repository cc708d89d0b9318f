; What runs when, and the ways out.

(block) @block
(module) @block

(if_statement condition: (_) @branch.condition consequence: (_) @branch.then) @branch
(if_statement alternative: (_) @branch.else) @branch
(elif_clause condition: (_) @branch.condition consequence: (_) @branch.then) @branch
(else_clause body: (_) @block.body) @block

(while_statement condition: (_) @while.condition body: (_) @while.body) @while
(while_statement alternative: (_) @while.else) @while
(for_statement left: (_) @each.target right: (_) @each.iterable body: (_) @each.body) @each
(for_statement alternative: (_) @each.else) @each

(try_statement body: (_) @try.body) @try
(try_statement (except_clause) @try.handler) @try
(try_statement (else_clause) @try.else) @try
(try_statement (finally_clause (block) @try.finally)) @try
(except_clause (block) @handler.body) @handler
(except_clause value: (_) @handler.type) @handler

(with_statement (with_clause (with_item) @manage.item) body: (_) @manage.body) @manage
(with_item value: (_) @managed.value) @managed
(as_pattern . (_) @alias.value alias: (as_pattern_target) @alias.target) @alias

(match_statement subject: (_) @switch.subject) @switch
(match_statement body: (block (case_clause) @switch.arm)) @switch
(case_clause (case_pattern) @arm.pattern consequence: (_) @arm.body) @arm
(case_clause guard: (_) @arm.guard) @arm

(return_statement) @return
(raise_statement) @raise
(break_statement) @break
(continue_statement) @continue
