/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/* The few kernel types the probe looks at, each with the fields it reads and no more: the loader finds where they are
 * in the running kernel (CO-RE). A name with three underscores is the shape of other kernel versions. */
#ifndef WATERTIGHT_KERNEL_H
#define WATERTIGHT_KERNEL_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef enum { false, true } bool;

/* Numbers of the kernel's interface (include/uapi/linux/bpf.h), which never change. */
#define BPF_MAP_TYPE_HASH 1
#define BPF_MAP_TYPE_ARRAY 2
#define BPF_MAP_TYPE_LRU_HASH 9
#define BPF_MAP_TYPE_RINGBUF 27
#define BPF_ANY 0
#define BPF_NOEXIST 1
#define BPF_F_USER_STACK (1u << 8)

/* Members of rss_stat (include/linux/mm_types_task.h). */
enum { FILE_PAGES, ANON_PAGES, SWAP_ENTRIES, SHMEM_PAGES };

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define KERNEL __attribute__((preserve_access_index))

typedef struct {
	int counter;
} KERNEL atomic_t;

typedef struct {
	__s64 counter;
} KERNEL atomic64_t;

struct ns_common {
	unsigned int inum;
} KERNEL;

struct pid_namespace {
	struct ns_common ns;
} KERNEL;

struct upid {
	int nr;
	struct pid_namespace *ns;
} KERNEL;

struct pid {
	unsigned int level;
	struct upid numbers[1];
} KERNEL;

struct signal_struct {
	atomic_t live;
} KERNEL;

struct task_struct {
	int pid;
	int tgid;
	struct mm_struct *mm;
	struct task_struct *group_leader;
	struct signal_struct *signal;
	struct pid *thread_pid;
} KERNEL;

/* Until 6.1: one atomic a member. */
struct mm_rss_stat {
	atomic64_t count[4];
} KERNEL;

struct mm_struct___array {
	struct mm_rss_stat rss_stat;
} KERNEL;

/* From 6.2 on: a counter with parts on every processor; `count` is what was gathered. */
struct percpu_counter {
	__s64 count;
} KERNEL;

struct mm_struct {
	struct task_struct *owner;
	unsigned long total_vm;
	unsigned long env_end;
	struct percpu_counter rss_stat[4];
} KERNEL;

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long bp;
	unsigned long orig_ax;
	unsigned long ip;
	unsigned long sp;
} KERNEL;
#define REG_IP(regs) ((regs)->ip)
#define REG_SP(regs) ((regs)->sp)
#define REG_FP(regs) ((regs)->bp)
#define REG_LR(regs) 0
#define REG_CALL(regs) ((long)(regs)->orig_ax)
enum { CALL_MMAP = 9, CALL_MUNMAP = 11, CALL_BRK = 12, CALL_MADVISE = 28, CALL_FUTEX = 202 };
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 sp;
	__u64 pc;
	__s32 syscallno;
} KERNEL;
#define REG_IP(regs) ((regs)->pc)
#define REG_SP(regs) ((regs)->sp)
#define REG_FP(regs) ((regs)->regs[29])
#define REG_LR(regs) ((regs)->regs[30])
#define REG_CALL(regs) ((long)(regs)->syscallno)
enum { CALL_MMAP = 222, CALL_MUNMAP = 215, CALL_BRK = 214, CALL_MADVISE = 233, CALL_FUTEX = 98 };
#else
#error "the probe knows the registers of x86-64 and arm64 only"
#endif

/* To ask whether the running kernel has a helper. */
enum bpf_func_id___probe { BPF_FUNC_task_pt_regs___probe = 175 };

/* A constant in the caller: direct loads for pointers the verifier knows, copies for those it does not. */
#define LOAD(typed, pointer, field) ((typed) ? (pointer)->field : BPF_CORE_READ(pointer, field))

#endif
