"""Mapping templates: what they say, and that nothing beneath them can be reached."""

import pytest

from genkan.services.gateway.json_path import PathUnusable, find
from genkan.services.gateway.templates import rendered
from genkan.services.gateway.velocity import TemplateUnusable

BODY = '{"name": "tea", "cups": [{"size": 1}, {"size": 2}]}'
CONTEXT = {"stage": "prod", "identity": {"sourceIp": "10.0.0.1"}}
PARAMETERS = {
    "path": {"id": "7"},
    "querystring": {"q": "x y", "id": "of the query"},
    "header": {"X-Who": "me"},
}


def said(template):
    return rendered(template, BODY, CONTEXT, {"backend": "b1"}, PARAMETERS)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("$input.body", BODY),
        ("$input.json('$.cups[1]')", '{"size": 2}'),
        ("$input.json('$.none')", '""'),
        ("$input.path('$.name')", "tea"),
        ("$input.path('$.cups')", "[{size=1}, {size=2}]"),
        ("$input.path('$.cups').size()", "2"),
        ("$input.params('id')", "7"),
        ("$input.params('x-who')", "me"),
        ("$input.params('nothing')", ""),
        ("$input.params().querystring.q", "x y"),
        ("$context.stage $context.identity.sourceIp", "prod 10.0.0.1"),
        ("$stageVariables.backend ${stageVariables.backend}x", "b1 b1x"),
        ("$util.urlEncode($input.params('q'))", "x+y"),
        ("$util.base64Decode($util.base64Encode('é'))", "é"),
        ('$util.escapeJavaScript("it\'s a/b")', "it\\'s a\\/b"),
        ("$util.parseJson('{\"a\": [1]}').a.get(0)", "1"),
        ("#set($n = 2)#if($n > 1 && $n != 3)many#{else}few#end", "many"),
        (
            "#foreach($c in $input.path('$.cups'))$foreach.index:$c.size"
            "#if($foreach.hasNext),#end#end",
            "0:1,1:2",
        ),
        ("#foreach($k in $input.params().header.keySet())$k#end", "X-Who"),
        ('#set($m = {"a": 1})$!m.put("b", true)$m', "{a=1, b=true}"),
        ('"$input.path("$.name").toUpperCase().substring(0, 2)"', '"TE"'),
        ("$input.path('$.name').replaceAll('(t)', '<$1>')", "<t>ea"),
        ("#macro(twice $x)$x$x#end#twice('a')", "aa"),
        ("#set($context.stage = 'other')$context.stage", "other"),
        ("costs \\$5 #ff0000 ## a comment", "costs $5 #ff0000 "),
    ],
)
def test_a_template_says_what_velocity_says(template, says):
    assert said(template) == says


@pytest.mark.parametrize(
    "template",
    [
        "$input.__class__",
        "$input.path.__globals__",
        "$input.body.__class__.__mro__",
        "$context.identity.__class__.__init__",
        "$util.urlEncode.__globals__.get('os')",
        "$input.body.format('{0.__class__}')",
        "#foreach($x in $input.body.__class__.__subclasses__())$x#end",
        "$input.members",
        "$input._body",
    ],
)
def test_a_template_reaches_nothing_of_the_language_beneath(template):
    assert said(template) == ""


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("#foreach($x in [1..100000])#foreach($y in [1..100000])a#end#end", "steps"),
        ("#foreach($x in [1..99999999])a#end", "range"),
        ('#set($a = "aaaaaaaa")#foreach($x in [1..60])#set($a = "$a$a")#end$a', "characters"),
        ("#macro(f)#f()#end#f()", "recursion"),
        ("#if($x", "expected"),
        ("$util.parseJson('{')", "parseJson"),
        ("$input.path('$[')", "JSONPath"),
    ],
)
def test_a_template_that_cannot_end_or_be_read_is_refused(template, why):
    with pytest.raises(TemplateUnusable, match=why):
        said(template)


def test_paths_that_may_mean_many_give_lists():
    document = {"a": [{"b": 1}, {"b": 2}], "c-d": {"e": None}}
    assert find(document, "$.a[0].b") == 1
    assert find(document, "$['c-d']") == {"e": None}
    assert find(document, "$.a[*].b") == [1, 2]
    assert find(document, "$..b") == [1, 2]
    assert find(document, "$.a[?(@.b==2)]") == [{"b": 2}]
    assert find(document, "$.x.y") is None
    with pytest.raises(PathUnusable):
        find(document, "$.a[")
