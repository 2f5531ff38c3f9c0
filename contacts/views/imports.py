"""The steps of an import: upload, match columns, check, run, result. An import is its user's own: others get 404."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from contacts import policy
from contacts.forms.imports import MappingForm, TargetListForm, UploadForm, read_decisions, read_fixes
from contacts.imports import checking, listing, results, steps
from contacts.imports.files import VCARD
from contacts.imports.limits import FileRefused
from contacts.imports.uploads import MappingRefused, keep, look_through, set_mapping
from contacts.models import Import
from contacts_project.accounts.once import once
from contacts_project.core.htmx import SeeOther, answer, wants_fragment

Status = Import.Status
BUSY = (Status.CHECKING, Status.RUNNING)
BEGUN = (Status.RUNNING, Status.DONE)


def _get(request: HttpRequest, pk: int) -> Import:
    if not policy.holds_anything(request.user):
        raise Http404
    return get_object_or_404(Import.objects.select_related("account", "user__account"), pk=pk, user=request.user)


def _to(made: Import, step: str) -> str:
    return reverse(f"contacts:import-{step}", args=[made.pk])


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """/contacts/import/: one's imports and the upload; POST {file} takes it and goes on to its columns."""
    if not policy.holds_anything(request.user):
        raise Http404
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            # Outside of any transaction: looking through a large file takes seconds.
            made = look_through(request.user, name=upload.name or "", stream=upload.file)
            return _keep(request, made=made, stream=upload.file)
        except FileRefused as refusal:
            form.add_error("file", str(refusal))
    imports = Import.objects.filter(user=request.user).order_by("-pk")
    context = {"form": form, "imports": Paginator(imports, 20).get_page(request.GET.get("page"))}
    return answer(request, "contacts/import_list.html", context=context, status=422 if form.is_bound else 200)


@once
def _keep(request: HttpRequest, *, made: Import, stream) -> HttpResponse:
    keep(made, stream)
    if made.format == VCARD:  # cards say themselves what each value is
        steps.start_check(made)
    return SeeOther(_to(made, "map"))


@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """/contacts/import/<id>/: on to the step at which the import stands."""
    made = _get(request, pk)
    at = {Status.UPLOADED: "map", Status.RUNNING: "result", Status.DONE: "result"}
    return redirect(_to(made, at.get(Status(made.status), "check")))


@require_http_methods(["GET", "HEAD", "POST"])
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    """/contacts/import/<id>/map/: POST {col-<n>, owner-<n>, owner-value-<n>, region} says where each column goes."""
    made = _get(request, pk)
    if made.status in BEGUN:
        return SeeOther(_to(made, "result")) if request.method == "POST" else redirect(_to(made, "result"))
    if made.format == VCARD or made.status == Status.CHECKING:
        return SeeOther(_to(made, "check")) if request.method == "POST" else redirect(_to(made, "check"))
    form = MappingForm(made, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_complete():
        try:
            set_mapping(made, form.targets, form.owners, form.region)
        except MappingRefused as refusal:
            form.problem = str(refusal)
        else:
            steps.start_check(made)
            return SeeOther(_to(made, "check"))
    context = {"import": made, "made": made, "form": form}
    return answer(request, "contacts/import_map.html", context=context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """/contacts/import/<id>/check/: what the file holds; POST {fix-<row>-<n>, list, list_name} takes corrections and
    checks them."""
    made = _get(request, pk)
    if made.status in BEGUN:
        return SeeOther(_to(made, "result")) if request.method == "POST" else redirect(_to(made, "result"))
    if request.method == "POST":
        if made.status in (Status.UPLOADED, Status.FAILED):
            steps.start_check(made)
        elif made.status == Status.CHECKED and not (form := _decide(request, made)).is_valid():
            return _checked(request, made, form=form)
        here = QueryDict(request.POST.get("here", "")[:2000]).urlencode()
        return SeeOther(_to(made, "check") + (f"?{here}" if here else ""))
    if made.status == Status.UPLOADED:
        return redirect(_to(made, "map"))
    if made.status == Status.CHECKED:
        return _checked(request, made)
    return _progress(request, made, "contacts/import_check.html")


def _checked(request: HttpRequest, made: Import, *, form: TargetListForm | None = None) -> HttpResponse:
    if wants_fragment(request):  # the progress bar has come to its end
        return HttpResponseClientRedirect(_to(made, "check"))
    reader = checking.DraftReader(made)
    reason, opened = request.GET.get("reason", "").replace("\0", ""), request.GET.get("group", "")
    page = Paginator(results.remarked(made, reason), results.PAGE).get_page(request.GET.get("page"))
    failed = Paginator(results.failed(made), results.PAGE).get_page(request.GET.get("failed"))
    context = {
        "made": made,
        "counts": results.count(made),
        "groups": results.groups(made, opened, request.GET.get("rows")),
        "reasons": results.remark_reasons(made),
        "reason": reason,
        "page": page,
        "lines": results.lines_of(made, list(page.object_list), reader),
        "failed_reasons": results.failed_reasons(made),
        "failed_page": failed,
        "failed": results.lines_of(made, list(failed.object_list), reader),
        "here": request.GET.urlencode(),
        "names_lists": listing.names_lists(made),
        "form": form or TargetListForm(user=request.user, initial=listing.chosen(made)),
    }
    return answer(request, "contacts/import_check.html", context=context, status=422 if form else 200)


def _progress(request: HttpRequest, made: Import, page: str) -> HttpResponse:
    return answer(request, page, "contacts/_import_progress.html", context={"made": made, "busy": made.status in BUSY})


def _decide(request: HttpRequest, made: Import) -> TargetListForm:
    """Corrections, decisions and list of the check page, whichever of its buttons was pressed."""
    fixes = read_fixes(made, request.POST)
    if fixes:
        checking.apply_fixes(made, fixes)
    steps.decide(made, request.POST.get("duplicates", ""), read_decisions(request.POST))
    form = TargetListForm(request.POST, user=request.user)
    if form.is_valid():
        listing.choose(made, form.cleaned_data["list"], name=form.cleaned_data["list_name"])
    return form


@require_POST
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /contacts/import/<id>/run/ {duplicates=skip|update|create, group-<group>, fix-<row>-<n>, list, list_name}:
    import it, and put everybody on the list."""
    made = _get(request, pk)
    if made.status == Status.UPLOADED:
        steps.start_check(made)
    if made.status == Status.CHECKED:
        if not (form := _decide(request, made)).is_valid():
            return _checked(request, made, form=form)
        steps.start_run(made)
    return SeeOther(_to(made, "result" if made.status in BEGUN else "check"))


@require_safe
def import_result(request: HttpRequest, pk: int) -> HttpResponse:
    """/contacts/import/<id>/result/: progress, then what became of each row."""
    made = _get(request, pk)
    if made.status == Status.RUNNING:
        return _progress(request, made, "contacts/import_result.html")
    if made.status != Status.DONE:
        return redirect(_to(made, "check"))
    if wants_fragment(request):
        return HttpResponseClientRedirect(_to(made, "result"))
    page = Paginator(results.remarked(made), results.PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    ids = [row.contact_id for row in rows if row.contact_id]
    visible = {contact.pk: contact for contact in policy.visible_to(request.user).filter(pk__any_of=ids)}
    context = {
        "made": made,
        "counts": results.count(made),
        "lists": listing.listed(made),
        "page": page,
        "lines": [(row, visible.get(row.contact_id)) for row in rows],
        "failed": results.failed(made)[: results.SHOWN],
    }
    return answer(request, "contacts/import_result.html", context=context)


@require_safe
def import_errors(request: HttpRequest, pk: int) -> HttpResponse:
    """/contacts/import/<id>/errors.csv: the failed rows, to be corrected and imported again."""
    made = _get(request, pk)
    response = HttpResponse("".join(results.failed_rows_csv(made)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{made.pk}-errors.csv"'
    return response
