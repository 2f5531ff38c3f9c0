"""Housekeeping of the background worker: jobs of dead workers start again, finished jobs do not pile up.

Delivery is at least once: every job writes its effect under a unique key before it calls anything outside.
"""

import logging

from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

MOST_ATTEMPTS = 10  # a job that takes its worker down each time must end some day
KEEP_HOURS = 7 * 24

log = logging.getLogger("kithline.jobs")


@app.periodic(cron=settings.STALLED_JOBS_CRON)
@app.task(queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Put the jobs of silent workers back into the queue; procrastinate only finds them."""
    silent = settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"]
    for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent):
        if job.attempts >= MOST_ATTEMPTS:
            log.error("job given up", extra={"job_id": job.id})
            await context.app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            log.warning("job of a dead worker starts again", extra={"job_id": job.id})
            try:
                await context.app.job_manager.retry_job(job)
            except UniqueViolation:  # one with its queueing lock waits already and does the same
                await context.app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            except ConnectorException:  # it has ended meanwhile: its worker was only slow; the others start again
                log.warning("job of a dead worker was not taken back", extra={"job_id": job.id})


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget_finished", pass_context=True)
async def forget_finished(context: JobContext, timestamp: int) -> None:
    """Delete jobs that succeeded more than a week ago; failed ones stay for somebody to look at."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS)
