"""Query parameters that tell where a visitor came from and nothing about what they came to see.

Facts about sites, as ClearURLs and others have collected them; our own selection.
"""

import re
from functools import lru_cache

# Anywhere. Prefixes end in `*`.
_EVERYWHERE = """
    utm_* utm-* hsa_* stm_* mtm_* matomo_* piwik_*
    pk_campaign pk_cid pk_content pk_keyword pk_kwd pk_medium pk_source itm_* vero_* _branch_* mc_cid mc_eid mc_tc
    fbclid fb_action_ids fb_action_types fb_ref fb_source gclid gclsrc gbraid wbraid dclid gad_source gad_campaignid srsltid
    msclkid yclid ysclid _openstat twclid ttclid tt_medium tt_content li_fat_id igsh igshid epik rdt_cid sccid irclickid irgwc
    _hsenc _hsmi __hssc __hstc __hsfp hsctatracking mkt_tok oly_anon_id oly_enc_id wickedid wickedsource
    rb_clickid s_kwcid ef_id ml_subscriber ml_subscriber_hash ns_campaign ns_mchannel ns_source
    cmpid mbid ncid spm_id_from at_campaign at_medium at_link_id at_link_type at_ptr_name at_format at_bbc_team
"""

# On a host, or those below it; a `*` at the end of a host stands for any country's ending.
_BY_HOST = {
    "aliexpress.com": "spm scm pvid algo_pvid algo_expid btsid ws_ab_test aff_* sk srcsns tt sourcetype",
    "amazon.*": "ref ref_ pd_rd_* pf_rd_* pf pd_* qid sr sprefix crid keywords tag linkcode linkid creative creativeasin camp ascsubtag "
    "content-id dib dib_tag spla social_share starsleft",
    "bilibili.com": "spm_id_from vd_source share_source share_medium share_plat share_session_id share_tag from_source",
    "bing.com": "cvid form sk sp sc qs pq ghc",
    "ebay.*": "_trkparms _trksid mkcid mkevt mkrid mkscid campid toolid customid amdata _from ssspo sssrc ssuid",
    "etsy.com": "click_key click_sum ref frs organic_search_click pro plkey ls ga_*",
    "facebook.com": "__tn__ __cft__* mibextid eid hc_ref hc_location fref comment_tracking rdid share_url paipv",
    "google.*": "ved ei sa usg sxsrf sclient gs_lcp gs_lcrp gs_lp gs_ssp aqs sourceid oq uact bih biw dpr cad rlz iflsig sca_esv",
    "imdb.com": "ref_ pf_rd_*",
    "instagram.com": "ig_rid ig_mid",
    "linkedin.com": "trk trackingid refid lipi lici midtoken midsig originaltrackingid",
    "medium.com": "source",
    "nytimes.com": "smid smtyp smvar emc referringsource campaign_id instance_id segment_id regi_id user_id",
    "open.spotify.com": "si context sp_cid _branch_match_id nd dlsi",
    "reddit.com": "share_id ref ref_source ref_campaign rdt correlation_id post_fullname post_index",
    "soundcloud.com": "si ref",
    "substack.com": "r triedredirect showwelcomeonshare",
    "theguardian.com": "cmp referring_host",
    "tiktok.com": "_t _r is_from_webapp is_copy_url sender_device sender_web_id share_app_id share_link_id u_code tt_from "
    "sec_user_id preview_pb checksum timestamp user_id web_id",
    "tumblr.com": "source ref",
    "twitch.tv": "tt_content tt_medium tt_email_id",
    "twitter.com": "s t ref_src ref_url cn src vertical",
    "washingtonpost.com": "itid",
    "x.com": "s t ref_src ref_url cn src vertical",
    "yandex.*": "clid win suggest_reqid msid redircnt",
    "youtu.be": "si feature pp ab_channel",
    "youtube.com": "si feature pp ab_channel embeds_referring_euri embeds_referring_origin source_ve_path",
}


def _compile(names: str) -> re.Pattern[str]:
    return re.compile(
        "|".join(
            re.escape(name.removesuffix("*")) + (".*" if name.endswith("*") else "") for name in names.split()
        )
    )


def _host_pattern(host: str) -> re.Pattern[str]:
    country = r"\.[a-z]{2,3}(?:\.[a-z]{2})?" if host.endswith(".*") else ""
    return re.compile(r"(?:.*\.)?" + re.escape(host.removesuffix(".*")) + country)


_ANYWHERE = _compile(_EVERYWHERE)
_HOSTS = [(_host_pattern(host), _compile(names)) for host, names in _BY_HOST.items()]


def is_tracking(host: str, name: str) -> bool:
    """Whether a parameter of that name (in lower case) only tracks, in the address of a page on that host."""
    return bool(_ANYWHERE.fullmatch(name)) or any(names.fullmatch(name) for names in _rules(host))


@lru_cache(maxsize=512)
def _rules(host: str) -> list[re.Pattern[str]]:
    return [names for of, names in _HOSTS if of.fullmatch(host)]
