;; Opens a file with eglot, says what it shows, and applies the first action that holds the handle in a managed block.
;; The setup is the one of the README.

(require 'package)
(package-initialize)
(require 'eglot)
(require 'flymake)
(require 'seq)

(setq eglot-sync-connect 10 eglot-confirm-server-initiated-edits nil)
(load-file (getenv "SETUP"))
(find-file (getenv "FILE"))
(python-mode)
(apply #'eglot--connect (eglot--guess-contact))
(flymake-mode 1)

(let ((tries 100))
  (while (and (null (flymake-diagnostics)) (> tries 0))
    (setq tries (1- tries))
    (accept-process-output nil 0.1)
    (flymake-start)))

(let* ((found (car (flymake-diagnostics)))
       (from (flymake-diagnostic-beg found))
       (to (flymake-diagnostic-end found)))
  (princ (format "marked %s\n" (buffer-substring from to)))
  (princ (format "told %s\n" (flymake-diagnostic-text found)))
  (let* ((actions (append (eglot-code-actions from to) nil))
         (fix (seq-find (lambda (action) (string-prefix-p "Hold" (plist-get action :title))) actions))
         (full (if (plist-get fix :edit) fix (jsonrpc-request (eglot-current-server) :codeAction/resolve fix))))
    (eglot--apply-workspace-edit (plist-get full :edit)))
  (princ (format "text\n%s" (buffer-string)))
  (set-buffer-modified-p nil)
  (eglot-shutdown (eglot-current-server)))
