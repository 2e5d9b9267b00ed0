/* Threads on atomics, a lock-free list, mutexes, conditions and semaphores: totals that do not depend on the order. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 6, ROUNDS = 4000 };
static atomic_uint_least64_t added, xored, maximum;
static atomic_uchar byte;
static atomic_ushort half;
static _Atomic(unsigned __int128) wide;
static atomic_flag flag = ATOMIC_FLAG_INIT;
static uint64_t locked, by_mutex, turns;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t items;
static _Thread_local uint64_t own;
struct node { struct node *next; uint64_t value; };
static _Atomic(struct node *) list;

static void *work(void *argument) {
  uintptr_t id = (uintptr_t)argument;
  pthread_barrier_wait(&barrier);
  for (uint64_t i = 0; i < ROUNDS; i++) {
    atomic_fetch_add(&added, i * id);
    atomic_fetch_xor_explicit(&xored, i << id, memory_order_relaxed);
    atomic_fetch_add_explicit(&byte, 1, memory_order_acq_rel);
    atomic_fetch_sub_explicit(&half, 3, memory_order_release);
    uint64_t seen = atomic_load_explicit(&maximum, memory_order_acquire);
    while (seen < i * (id + 1) && !atomic_compare_exchange_weak(&maximum, &seen, i * (id + 1))) continue;
    while (atomic_flag_test_and_set(&flag)) continue;
    locked += i;
    atomic_flag_clear(&flag);
    if (i % 16 == 0) {
      unsigned __int128 old = atomic_load(&wide);
      while (!atomic_compare_exchange_weak(&wide, &old, old + (((unsigned __int128)i << 64) | id))) continue;
      struct node *n = malloc(sizeof *n);
      n->value = i * 10 + id;
      n->next = atomic_load(&list);
      while (!atomic_compare_exchange_weak(&list, &n->next, n)) continue;
      pthread_mutex_lock(&mutex);
      by_mutex += i;
      pthread_mutex_unlock(&mutex);
      sem_post(&items);
    }
    own += i;
  }
  for (int turn = 0; turn < 40; turn++) {
    pthread_mutex_lock(&mutex);
    while (turns % THREADS != id) pthread_cond_wait(&changed, &mutex);
    turns++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
  }
  return (void *)own;
}

int main(void) {
  pthread_t thread[THREADS];
  pthread_barrier_init(&barrier, 0, THREADS);
  sem_init(&items, 0, 0);
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&thread[i], 0, work, (void *)i);
  uint64_t owned = 0, listed = 0;
  for (int i = 0; i < THREADS; i++) {
    void *r;
    pthread_join(thread[i], &r);
    owned += (uint64_t)r;
  }
  for (struct node *n = list; n; n = n->next) listed += n->value;
  int posted;
  sem_getvalue(&items, &posted);
  unsigned __int128 w = wide;
  printf("%llu %llx %llu %u %u\n", (unsigned long long)added, (unsigned long long)xored, (unsigned long long)maximum, byte,
         half);
  printf("%llu %llu %llu %llu %llu %d %llx:%llx\n", (unsigned long long)locked, (unsigned long long)by_mutex,
         (unsigned long long)turns, (unsigned long long)owned, (unsigned long long)listed, posted,
         (unsigned long long)(w >> 64), (unsigned long long)w);
  return 0;
}
