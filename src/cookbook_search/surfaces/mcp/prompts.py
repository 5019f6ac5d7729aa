"""Prompts for typical work, in the three languages."""

from __future__ import annotations

from typing import Annotated

from mcp.server.mcpserver import MCPServer
from pydantic import Field

from cookbook_search.types import Language

Words = dict[Language, str]
FIND: Words = {
    "fi": "Pulmani on tämä:\n\n{text}\n\n"
    "Etsi keittokirjasta sopivat reseptit työkalulla search_cookbook ja lue "
    "paras työkalulla get_recipe. Kerro lyhyesti: mitä teen maanantaina, kuka tekee mitäkin ja mistä "
    "mittareista näen, että se toimi. Merkitse joka kohtaan lähde (otsikko ja osoite). Jos keittokirjassa "
    "ei ole vastausta, sano se.",
    "sv": "Mitt problem är det här:\n\n{text}\n\n"
    "Sök lämpliga recept i kokboken med verktyget search_cookbook och "
    "läs det bästa med get_recipe. Berätta kort: vad gör jag på måndag, vem gör vad och vilka mått visar "
    "att det fungerade. Ange källa (rubrik och adress) för varje punkt. Om kokboken inte har något svar, "
    "säg det.",
    "en": "My problem is this:\n\n{text}\n\n"
    "Find recipes for it with search_cookbook and read the best with "
    "get_recipe. Tell me briefly what to do on Monday, who does what, and which metrics show that it "
    "worked. Cite title and url for each point. If the cookbook has no answer, say so.",
}
MEASURE: Words = {
    "fi": "Tavoitteemme on tämä:\n\n{text}\n\n"
    "Valitse keittokirjasta enintään kuusi mittaria niin, että mukana on "
    "panos, tuotos, tulos ja vaikuttavuus (search_cookbook, get_metric). Tee taulukko: mittari, "
    "laskentakaava, mistä tieto saadaan, kuinka usein, kuka vastaa ja miten luku voi johtaa harhaan. Jätä "
    "lähtötaso ja tavoite meidän täytettäviksi.",
    "sv": "Vårt mål är det här:\n\n{text}\n\n"
    "Välj högst sex mått ur kokboken så att insats, prestation, resultat "
    "och genomslag finns med (search_cookbook, get_metric). Gör en tabell: mått, formel, datakälla, hur "
    "ofta, vem som ansvarar och hur siffran kan vilseleda. Lämna utgångsläge och mål för oss att fylla i.",
    "en": "Our goal is this:\n\n{text}\n\n"
    "Choose at most six metrics from the cookbook so that input, output, "
    "outcome and impact are all there (search_cookbook, get_metric). Make a table: metric, formula, data "
    "source, how often, who is responsible, and how the figure misleads. Leave baseline and target for us "
    "to fill in.",
}
BRIEF: Words = {
    "fi": "Valmistelen päättäjille yhden sivun tästä:\n\n{text}\n\n"
    "Hae perustelut keittokirjasta (search_cookbook, "
    "get_recipe). Kirjoita: mistä on kyse, mitä ehdotetaan, mitä se vaatii (ihmiset, viikot, eurot), "
    "miten onnistuminen mitataan ja mitkä ovat kaksi suurinta riskiä. Merkitse lähteet äläkä lisää lukuja, "
    "joita lähteissä ei ole.",
    "sv": "Jag förbereder en sida för beslutsfattarna om det här:\n\n{text}\n\n"
    "Hämta grunderna ur kokboken "
    "(search_cookbook, get_recipe). Skriv: vad det gäller, vad som föreslås, vad det kräver (människor, "
    "veckor, euro), hur framgången mäts och vilka de två största riskerna är. Ange källor och lägg inte "
    "till siffror som inte finns i dem.",
    "en": "I am preparing one page for decision makers on this:\n\n{text}\n\n"
    "Take the grounds from the cookbook "
    "(search_cookbook, get_recipe). Write what it is about, what is proposed, what it takes (people, weeks, "
    "euros), how success is measured and the two greatest risks. Cite your sources and add no figures that "
    "they do not have.",
}
Asked = Annotated[Language, Field(description="Language of the prompt and of the answer: fi, sv or en.")]


def add_prompts(server: MCPServer) -> None:
    """Register the prompts."""

    @server.prompt(title="Etsi resepti pulmaan · Sök recept · Find a recipe")
    def find_recipe(
        problem: Annotated[str, Field(description="The problem in your own words.")], language: Asked = "fi"
    ) -> str:
        """What to do about a problem, with sources and metrics."""
        return FIND[language].format(text=problem)

    @server.prompt(title="Valitse mittarit · Välj mätare · Choose metrics")
    def choose_metrics(
        goal: Annotated[str, Field(description="What should change, and for whom.")], language: Asked = "fi"
    ) -> str:
        """A measurement frame over the four levels for a goal."""
        return MEASURE[language].format(text=goal)

    @server.prompt(title="Sivu päättäjille · En sida för beslutsfattare · A page for decision makers")
    def brief_decision_makers(
        proposal: Annotated[str, Field(description="What is proposed.")], language: Asked = "fi"
    ) -> str:
        """One grounded page for a board or a council."""
        return BRIEF[language].format(text=proposal)
