import { Version } from "@microsoft/sp-core-library";
import { BaseClientSideWebPart } from "@microsoft/sp-webpart-base";

const COOKBOOK = "{{ address }}";

export default class CookbookWebPart extends BaseClientSideWebPart<object> {
  protected async onInit(): Promise<void> {
    const script = document.createElement("script");
    script.type = "module";
    script.src = `${COOKBOOK}/static/embed.js`;
    document.head.append(script);
  }

  public render(): void {
    const cookbook = document.createElement("{{ options.element }}");
    cookbook.id = this.instanceId;
{% for name, value in options.attributes.items() %}
    cookbook.setAttribute("{{ name }}", "{{ value }}");
{% endfor %}
{% for name, value in options.properties.items() %}
    cookbook.style.setProperty("{{ name }}", "{{ value }}");
{% endfor %}
    this.domElement.replaceChildren(cookbook);
  }

  protected get dataVersion(): Version {
    return Version.parse("1.0");
  }
}
