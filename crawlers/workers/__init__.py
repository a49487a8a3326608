"""Many workers on many machines share one queue of visits and one store in PostgreSQL.

The queue is Procrastinate's, which keeps it in the store's own database: jobs, locks, retries, signs of life. What
is ours is which visits there are (`parts`), when they are due (`dates`), and how a worker makes them (`working`).
"""
